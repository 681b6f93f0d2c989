"""The mall's routes under /m/mall/."""

from __future__ import annotations

from django.urls import path

from tanhui.citizen import mall, orders

urlpatterns = [
    path("", mall.mall, name="mall"),
    path("orders", orders.orders, name="orders"),
    path("orders/<uuid:order_id>", orders.order, name="order"),
    path("orders/<uuid:order_id>/moving", orders.moving, name="order-moving"),
    path("orders/<uuid:order_id>/confirm", orders.confirm, name="order-confirm"),
    path("orders/<uuid:order_id>/return", orders.give_back, name="order-return"),
    path("orders/<uuid:order_id>/dispute", orders.dispute, name="order-dispute"),
    path("<slug:code>", mall.offer, name="offer"),
    path("<slug:code>/picture", mall.picture, name="offer-picture"),
]
