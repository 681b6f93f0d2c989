"""A merchant's routes under /portal/merchant/."""

from __future__ import annotations

from django.urls import path

from tanhui.portal import merchant, merchant_disputes, merchant_offers, merchant_till
from tanhui.portal import merchant_statements as statements

urlpatterns = [
    path("", merchant.home, name="merchant"),
    path("till", merchant_till.till, name="merchant-till"),
    path("offers/", merchant_offers.index, name="merchant-offers"),
    path("offers/new", merchant_offers.new, name="merchant-offer-new"),
    path("offers/<slug:code>", merchant_offers.offer, name="merchant-offer"),
    path("offers/<slug:code>/edit", merchant_offers.edit, name="merchant-offer-edit"),
    path("offers/<slug:code>/codes", merchant_offers.codes, name="merchant-codes"),
    path("offers/<slug:code>/picture", merchant_offers.picture, name="merchant-picture"),
    path("redemptions/", merchant.history, name="merchant-history"),
    path("redemptions.csv", merchant.history_file, name="merchant-history-csv"),
    path("redemptions/<uuid:redemption_id>", merchant.redemption, name="merchant-redemption"),
    path("statements/", statements.months, name="merchant-statements"),
    path("statements/<str:month>.csv", statements.month_csv, name="merchant-statement-csv"),
    path("statements/<str:month>.pdf", statements.month_pdf, name="merchant-statement-pdf"),
    path("statements/<str:month>", statements.month, name="merchant-statement"),
    path("disputes/", merchant_disputes.index, name="merchant-disputes"),
    path("disputes/<slug:code>", merchant_disputes.dispute, name="merchant-dispute"),
]
