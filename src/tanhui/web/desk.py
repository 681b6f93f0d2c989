"""What the desks of partners, the operator and the authority share: acts, and what came of them.

A page of a desk shows something and offers acts on it as forms. A form names its act; what was
refused is said on the same page, and what was done is said after going back to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.web.entrance import PageRequest
from tanhui.web.refusals import refusal_text, retry_after, status_of

_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")

ACT = "act"
_DONE = "done"
# What is said after an act, by the name that the address carries.
_TOLD = {
    "key_registered": gettext_lazy("公钥已登记，马上可以用。"),
    "key_revoked": gettext_lazy("密钥已撤销，用它签的请求从现在起会被拒绝。"),
    "day_declared": gettext_lazy("当天的数已申报。下面是对账结果。"),
    "deed_voided": gettext_lazy("这条记录已作废，减排量和积分已冲回，理由已留痕。"),
    "hold_released": gettext_lazy("已放行，积分和减排量已入账。"),
    "hold_intended": gettext_lazy("已告知市民拟驳回和理由；到期没有异议就驳回，积分先不动。"),
    "appeal_granted": gettext_lazy("已支持申诉，积分和减排量已入账，你写的话市民看得到。"),
    "appeal_upheld": gettext_lazy("已维持驳回，不计积分，不扣分，你写的话市民看得到。"),
    "appeal_asked": gettext_lazy("已请市民补充，处理期限停下，最多 7 天。"),
    "partner_registered": gettext_lazy("数据方已登记，从沙箱开始。"),
    "quota_set": gettext_lazy("额度已改，马上生效。"),
    "expected_set": gettext_lazy("约定已改。"),
    "partner_approved": gettext_lazy("已批准上线，现在可以发生产密钥。"),
    "member_added": gettext_lazy("人员已登记，可以用这个手机号登录。"),
    "rider_bound": gettext_lazy("骑行者已绑定，之后送来的记录会记到这位市民名下。"),
    "rule_proposed": gettext_lazy("已提案。下一步：用真实记录演算。"),
    "replay_asked": gettext_lazy("演算已排上，算完这里会显示。"),
    "rule_second": gettext_lazy("已复核同意，公示开始。"),
    "rule_object": gettext_lazy("异议已记下，决定的人都会看到。"),
    "rule_return": gettext_lazy("已退回，等提案人答复。"),
    "rule_answer": gettext_lazy("已答复，回到待复核。"),
    "rule_withdraw": gettext_lazy("已撤回，现行规则不变。"),
    "rule_refuse": gettext_lazy("不予发布，现行规则不变。"),
    "rule_publish": gettext_lazy("已发布，到日生效。"),
    "request_opened": gettext_lazy("申请已登记，期限从现在算。"),
    "erasure_proposed": gettext_lazy("已提请注销，等另一人来办。"),
    "person_erased": gettext_lazy("已注销。账目行只留号码。"),
    "request_refused": gettext_lazy("已办结：未办，理由已记下。"),
    "seat_proposed": gettext_lazy("已提名，等安全管理员确认。"),
    "seat_withdrawn": gettext_lazy("提名已撤回。"),
    "seat_confirmed": gettext_lazy("已确认，对方重新登录后就能进工作台。"),
    "seat_refused": gettext_lazy("已不同意这份提名。"),
    "sessions_ended": gettext_lazy("对方已在各处退出登录。"),
    "second_factor_reset": gettext_lazy("动态口令已重设，对方下次登录时绑定新设备。"),
    "member_ended": gettext_lazy("这个岗位已结束，对方马上不能再进来。"),
    "retirement_undone": gettext_lazy("已撤回，减排量回到可用。"),
    "credits_moved": gettext_lazy("已划转，号码已到对方账户。"),
    "credits_pledged": gettext_lazy("已质押。解除以前不能划转，也不能注销。"),
    "credits_retired": gettext_lazy("注销已提交。"),
    "project_started": gettext_lazy("草稿已建，编号不再变。下面是申报要备齐的。"),
    "project_changed": gettext_lazy("已保存。"),
    "document_added": gettext_lazy("已收下，按摘要存证。"),
    "design_kept": gettext_lazy("已保存，引擎已重算。"),
    "design_corrected": gettext_lazy("更正已提交，旧版留着。"),
    "agreement_signed": gettext_lazy("已签署。"),
    "project_filed": gettext_lazy("已申报，等受理。"),
    "objection_answered": gettext_lazy("答复已记下，主管部门看得到。"),
    "finding_answered": gettext_lazy("答复已送审核机构。"),
    "project_withdrawn": gettext_lazy("已撤回，编号不再使用。"),
    "period_opened": gettext_lazy("监测期已开，先填报告。"),
    "report_kept": gettext_lazy("报告已保存，引擎已重算。"),
    "report_submitted": gettext_lazy("报告已提交。"),
    "period_withdrawn": gettext_lazy("监测期已撤回。"),
    "organisation_registered": gettext_lazy("机构已登记。下一步：给它的人员登记岗位。"),
    "project_accepted": gettext_lazy("已受理，公示开始。"),
    "project_returned": gettext_lazy("已退回，业主会看到要补什么。"),
    "project_objected": gettext_lazy("异议已记下，业主须先答复。"),
    "verifier_assigned": gettext_lazy("已委派，对方的工作台里能看到。"),
    "registration_proposed": gettext_lazy("已提议登记，等另一人复核。"),
    "registration_confirmed": gettext_lazy("已登记，写进公开日志。业主可以开始监测。"),
    "refusal_proposed": gettext_lazy("已提议不予登记，等另一人复核。"),
    "project_refused": gettext_lazy("不予登记，写进公开日志。"),
    "project_reconsidered": gettext_lazy("已退回再议。"),
    "strike_proposed": gettext_lazy("已提议取消登记，等业主陈述和另一人复核。"),
    "project_struck": gettext_lazy("已取消登记，写进公开日志。"),
    "strike_dropped": gettext_lazy("不取消登记，项目照旧。"),
    "likeness_waived": gettext_lazy("已书面放弃，公开日志里留了理由的摘要。"),
    "rides_waived": gettext_lazy("已记下建设方的放弃，这些骑行归市民。"),
    "report_returned": gettext_lazy("已退回，业主会看到要补什么。"),
    "issuance_proposed": gettext_lazy("已提请签发，等另一人复核并签发。"),
    "issuance_doubted": gettext_lazy("已退回再议。"),
    "credits_issued": gettext_lazy("已签发。每千克一个编号，连同核证签名写进公开日志。"),
    "cancel_proposed": gettext_lazy("已提请作废，等另一人复核。"),
    "cancel_confirmed": gettext_lazy("已作废，写进公开日志。"),
    "cancel_withdrawn": gettext_lazy("提请已撤回，减排量不变。"),
    "dispute_opened": gettext_lazy("已标为有争议，证书页马上写明。"),
    "dispute_closed": gettext_lazy("争议已结束。"),
    "credits_set_aside": gettext_lazy("已冻结，马上生效。"),
    "credits_released": gettext_lazy("已解除，持有人可以照常使用。"),
    "finding_raised": gettext_lazy("意见已发给业主，期限从现在算。"),
    "finding_closed": gettext_lazy("已关闭。"),
    "finding_asked": gettext_lazy("已再问，期限从现在重新算。"),
    "conflict_declared": gettext_lazy("已回避，主管部门会另行委派。"),
    "opinion_submitted": gettext_lazy("签名已核对，意见已提交。"),
    "cause_opened": gettext_lazy("已开，市民马上能选它。"),
    "cause_reported": gettext_lazy("报告已发出，捐过的人看得到。"),
    "cause_led": gettext_lazy("已连上，这件权益捐到这里。"),
    "cause_ended": gettext_lazy("已结束，不再收积分。"),
    "verifier_key_added": gettext_lazy("公钥已登记，写进公开日志。"),
    "redemption_disputed": gettext_lazy("争议已提出，另一方会看到，期限从现在算。"),
    "redemption_dispute_answered": gettext_lazy("答复已送出，等平台裁定。"),
    "redemption_dispute_given_in": gettext_lazy("已同意退回，积分已还给对方，这笔不再结算。"),
    "redemption_dispute_withdrawn": gettext_lazy("争议已撤回，兑换照旧。"),
    "redemption_dispute_refund": gettext_lazy("已裁定退回，积分已还给市民，双方都看得到你写的话。"),
    "redemption_dispute_uphold": gettext_lazy("已裁定兑换有效，双方都看得到你写的话。"),
    "offer_drafted": gettext_lazy("草稿已建，编号不再变。"),
    "offer_changed": gettext_lazy("已保存。"),
    "offer_approved": gettext_lazy("已通过，等另一人上架。"),
    "offer_returned": gettext_lazy("已退回，商家会看到要改什么。"),
    "offer_refused": gettext_lazy("已定为不通过，理由商家看得到。"),
    "offer_published": gettext_lazy("已上架，市民马上看得到。"),
    "batch_stocked": gettext_lazy("已投放，出资窗口的预算已划出这么多。"),
    "batch_ended": gettext_lazy("这一批已停，没换完的预算回到窗口。"),
    "drop_opened": gettext_lazy("已锁定，报名开始，写进公开日志。"),
    "drop_called_off": gettext_lazy("已取消，积分正在退回，写进公开日志。"),
    "sponsor_asked": gettext_lazy("已请出资方答复。"),
    "offer_submitted": gettext_lazy("已提交，等平台审核。"),
    "offer_withdrawn": gettext_lazy("已撤回，又是草稿，可以再改。"),
    "offer_closed": gettext_lazy("已下架，没兑换的不再能换；已换出的券照常可用。"),
    "picture_set": gettext_lazy("图片已换。"),
    "funding_opened": gettext_lazy("窗口已开，预算已记下。下一步：说明为哪些权益出资。"),
    "budget_added": gettext_lazy("预算已追加。"),
    "budget_taken_back": gettext_lazy("已收回没投放的预算。"),
    "batch_agreed": gettext_lazy("已同意，运营方可以在这个限度内投放。"),
    "batch_denied": gettext_lazy("已婉拒，运营方看得到理由。"),
    "agreement_ended": gettext_lazy("不再投放新的；在售的照旧。"),
    "settlement_paid": gettext_lazy("已记下你付了，等商家确认收到。"),
    "settlement_received": gettext_lazy("已结清，账本已记。"),
    "settlement_disputed": gettext_lazy("异议已记下，对方看得到。"),
    "settlement_answered": gettext_lazy("答复已记下，对方看得到。"),
    "verifier_key_revoked": gettext_lazy("公钥已吊销，以前签的仍然有效。"),
}

Act = Callable[[PageRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that was refused: its sentence and code, and which act it was."""

    sentence: str
    code: str
    act: str


def refused_by(refusal: Refusal, act: str) -> Refused:
    """What a page says of a refusal, in the reader's language."""
    return Refused(refusal_text(refusal), refusal.code, act)


def perform(
    request: PageRequest, acts: Mapping[str, Act], show: Callable[[Refused | None], HttpResponse]
) -> HttpResponse:
    """Runs the act that a form of the page names; shows the page, with the refusal if there is one.

    Refuses `act_unknown`.
    """
    if request.method != "POST":
        return show(None)
    name = request.POST.get(ACT, "")
    act = acts.get(name)
    if act is None:
        raise Invalid("act_unknown", zh="没有这个操作。", en="There is no such act.")
    try:
        return act(request)
    except Refusal as refusal:
        response = show(refused_by(refusal, name))
        response.status_code = status_of(refusal)
        return retry_after(response, refusal)


def done(name: str, page: str, *args: object, **query: object) -> HttpResponse:
    """Back to a page, which then says what was done."""
    told = urlencode({_DONE: name, **query})
    return HttpResponseRedirect(f"{reverse(page, args=args)}?{told}")


def show_page(
    request: PageRequest,
    template: str,
    *,
    tab: str,
    refused: Refused | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of a desk, with what the last act came to and what was typed into its form.

    `tab` names the place of the rail that the page belongs to.
    """
    told = None if refused else _TOLD.get(request.GET.get(_DONE, ""))
    typed = request.POST if refused else {}
    return render(
        request,
        template,
        {
            **context,
            "refused": refused,
            "done": told,
            "typed": typed,
            "now": request.at,
            "places": {f"at_{tab}": True},
        },
    )


def typed_number(request: PageRequest, name: str) -> int | None:
    """A whole number from a form; None for an empty field; refuses `number_malformed`."""
    text = request.POST.get(name, "").strip().replace(",", "").replace("，", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Invalid(
            "number_malformed",
            zh="这里要填整数，例如 1200。",
            en="A whole number is needed here, such as 1200.",
        )
    return int(text)


def typed_yuan(text: str) -> int:
    """Yuan as fen; refuses `yuan_malformed`, also for an empty field."""
    told = text.strip().replace(",", "").replace("，", "")
    found = _YUAN.fullmatch(told) if told.isascii() else None
    if found is None:
        raise Invalid(
            "yuan_malformed",
            zh="这里要写成元，最多两位小数，例如 15 或 2.50。",
            en="Write it in yuan with at most two decimals, such as 15 or 2.50.",
        )
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def typed_day(text: str) -> date:
    """A day as `2026-11-22`; refuses `day_malformed`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(
            "day_malformed",
            zh="日期要写成 2026-11-22 这样。",
            en="Write the day like 2026-11-22.",
        ) from None


def typed_id(text: str) -> UUID:
    """A number of the books that a form or an address carries; 404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
