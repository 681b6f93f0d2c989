"""Every permission and every role in words, in both languages: what the table of permissions says.

A permission without words is refused by the tests, so the table's page leaves none out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A permission or a role in words."""

    words_zh: str
    words_en: str


ROLES: dict[str, Words] = {
    "citizen": Words("市民", "Citizen"),
    "partner": Words("数据方", "Partner"),
    "owner": Words("项目业主", "Project owner"),
    "verifier": Words("审核机构", "Verification body"),
    "buyer": Words("认购方", "Buyer"),
    "merchant": Words("商家", "Merchant"),
    "sponsor": Words("出资方", "Sponsor"),
    "operator": Words("平台运营", "Operator"),
    "regulator": Words("主管部门", "Authority"),
    "sysadmin": Words("系统管理员", "System administrator"),
    "security": Words("安全管理员", "Security administrator"),
    "auditor": Words("审计管理员", "Auditor"),
    "platform": Words("平台程序", "The platform itself"),
    "public": Words("任何人", "Anyone"),
}

GROUPS: dict[str, Words] = {
    "behaviours": Words("减碳记录", "Deeds"),
    "holds": Words("暂缓", "Holds"),
    "appeals": Words("异议", "Objections"),
    "cases": Words("办件", "Cases"),
    "claims": Words("防重复", "Claims"),
    "partner": Words("数据方", "Partners"),
    "deliveries": Words("推送", "Deliveries"),
    "organisations": Words("机构", "Organisations"),
    "projects": Words("项目", "Projects"),
    "registers": Words("外部登记簿", "Other registers"),
    "credits": Words("减排量登记", "Credits"),
    "rewards": Words("积分商城", "Rewards"),
    "notices": Words("通知", "Notices"),
    "rules": Words("规则", "Rules"),
    "books": Words("账本", "Books"),
    "totals": Words("汇总", "Totals"),
    "log": Words("公开日志", "Public log"),
    "vault": Words("文件", "Files"),
    "personal": Words("个人信息", "Personal data"),
    "consents": Words("同意", "Consents"),
    "persons": Words("演示人物", "Simulated people"),
    "login_links": Words("演示登录", "Demo log-in"),
    "members": Words("岗位", "Seats"),
    "second_factor": Words("动态口令", "Second factor"),
    "sessions": Words("登录", "Sessions"),
    "permissions": Words("权限", "Permissions"),
    "audit": Words("审计", "Audit"),
    "jobs": Words("定时任务", "Jobs"),
    "keys": Words("密钥", "Keys"),
}

PERMISSIONS: dict[str, Words] = {
    "members.add_organisation": Words(
        "给项目业主、审核机构、认购方登记人员",
        "seat the staff of an owner, a verification body or a buyer",
    ),
    "organisations.register": Words(
        "登记机构",
        "register an organisation",
    ),
    "organisations.read": Words(
        "查看机构",
        "read organisations",
    ),
    "projects.propose": Words(
        "申报项目、提交监测报告（只限自家的）",
        "file a project and its monitoring reports (only one's own)",
    ),
    "projects.read": Words(
        "查看项目材料（业主和审核机构只看自己的）",
        "read a project's papers (owners and verifiers only their own)",
    ),
    "projects.complete": Words(
        "材料齐备审查与补正",
        "check completeness and return for more",
    ),
    "projects.object": Words(
        "在公示期提异议",
        "object during public notice",
    ),
    "projects.assign": Words(
        "委派审核机构",
        "assign a verification body",
    ),
    "projects.verify": Words(
        "提出不符合项，签署审核意见（只限委派的）",
        "raise findings and sign opinions (only where assigned)",
    ),
    "projects.decide": Words(
        "登记项目、决定签发（两人）",
        "decide on registration and issuance (two persons)",
    ),
    "projects.strike_off": Words(
        "取消登记",
        "strike a project off",
    ),
    "projects.run_clocks": Words(
        "让到期的期限生效",
        "let terms run out",
    ),
    "registers.import": Words(
        "导入外部登记簿",
        "import other registers",
    ),
    "claims.waive": Words(
        "记录不重复计算的放弃",
        "record a waiver of double counting",
    ),
    "credits.issue": Words(
        "签发减排量",
        "issue credits",
    ),
    "credits.transfer": Words(
        "划转减排量（只限自家的）",
        "transfer credits (only one's own)",
    ),
    "credits.retire": Words(
        "注销减排量（只限自家的）",
        "retire credits (only one's own)",
    ),
    "credits.lock": Words(
        "锁定到期的注销",
        "lock retirements whose time to undo is over",
    ),
    "credits.pledge": Words(
        "质押减排量（只限自家的）",
        "pledge credits (only one's own)",
    ),
    "credits.set_aside": Words(
        "冻结、司法冻结和解除",
        "freeze, hold for a court, and release",
    ),
    "credits.propose_cancel": Words(
        "提请作废减排量",
        "propose to cancel credits",
    ),
    "credits.cancel": Words(
        "复核作废（不能是提请的人）",
        "confirm a cancellation (not whoever proposed it)",
    ),
    "credits.read": Words(
        "查看持有和全部登记",
        "read holdings and the whole register",
    ),
    "appeals.decide": Words(
        "裁决市民的异议（不能是作出原意见的人）",
        "decide an objection (not whoever is objected to)",
    ),
    "appeals.raise": Words("对自己的暂缓提出异议", "object to a hold of one's own"),
    "audit.read": Words("查审计记录，导出，核对链条", "read, export and check the audit"),
    "audit.seal": Words("把审计记录连成链，写入公开日志", "chain the audit and publish its head"),
    "behaviours.assign_riders": Words(
        "把公开数据里的行程分给模拟市民", "give a public file's trips to simulated citizens"
    ),
    "behaviours.declare": Words("自己申报减碳行为", "declare a deed of one's own"),
    "behaviours.record_batch": Words(
        "送来并记录一批行为（数据方只送自家的）",
        "send and record a batch (a partner only its own)",
    ),
    "behaviours.void": Words(
        "作废一条记录（数据方只限自家的）", "take a record back (a partner only its own)"
    ),
    "books.recount": Words("从每一行重算账本", "recompute the books from their rows"),
    "cases.read": Words("查看办件", "read cases"),
    "claims.exchange": Words(
        "与外部机制交换防重复摘要", "exchange digests against double counting"
    ),
    "consents.give": Words("给出或撤回自己的同意", "give or withdraw one's own consent"),
    "deliveries.forget": Words("到期删除推送原文", "forget what deliveries held when it is due"),
    "holds.decide": Words("放行暂缓，或拟驳回", "release a hold, or intend to refuse it"),
    "holds.read": Words("查看暂缓（身份已隐去）", "read holds (pseudonymous)"),
    "jobs.record": Words("记下每轮任务的结果", "note how a round of a job went"),
    "jobs.read": Words("查看定时任务和运行状况", "read jobs and health"),
    "keys.rotate": Words("更换密钥", "rotate keys"),
    "log.publish": Words("发布公开日志", "publish the public log"),
    "login_links.open": Words("为演示人物开登录链接", "open a log-in link in a demo"),
    "rewards.offer": Words(
        "起草权益、上架前修改、提交审核、导入券码",
        "draft offers, change them before publication, submit them and import codes",
    ),
    "rewards.approve": Words(
        "审核、退回、上架、下架权益，补库存",
        "approve, return, publish and close offers, and add stock",
    ),
    "rewards.fund": Words(
        "开出资窗口、追加和收回预算、同意为一批库存出资",
        "open a funding window, add or take back budget, and agree to fund a batch",
    ),
    "rewards.redeem": Words(
        "用积分兑换、确认、退回",
        "redeem points for a reward, confirm it and give it back",
    ),
    "rewards.verify": Words(
        "在收银处核销自家的券",
        "accept one's own vouchers at the till",
    ),
    "rewards.settle": Words(
        "确认一笔结算已付、已收",
        "say that a settlement was paid or received",
    ),
    "rewards.dispute": Words(
        "对一次兑换提出争议",
        "dispute a redemption",
    ),
    "rewards.decide": Words(
        "裁定兑换争议",
        "decide a dispute about a redemption",
    ),
    "rewards.read": Words(
        "查看权益、库存、预算和结算",
        "read offers, stock, budgets and settlements",
    ),
    "rewards.draw": Words(
        "开一次公平抽取，到时开奖",
        "open a fair drop and draw it when its time comes",
    ),
    "rewards.enter": Words(
        "报名公平抽取、退出",
        "enter a fair drop or leave it",
    ),
    "rewards.keep": Words(
        "选到期后捐给谁、暂停到期",
        "choose who gets expiring points, and pause expiry",
    ),
    "rewards.expire": Words(
        "按月到期、退回过期的券、结束出资窗口",
        "let points expire by month, return unused vouchers and end funding windows",
    ),
    "rewards.causes": Words(
        "设立公益去处、发布交付报告",
        "set up causes and publish delivery reports",
    ),
    "notices.own": Words(
        "选收哪些通知、走哪条路",
        "choose which notices come and how",
    ),
    "notices.send": Words(
        "发出到点的通知",
        "send the notices that are due",
    ),
    "notices.read": Words(
        "查看通知发出的情况",
        "read how sending notices goes",
    ),
    "members.add_partner": Words("给数据方登记人员", "seat a partner's staff"),
    "members.confirm": Words(
        "确认或不同意别人提名的岗位", "confirm or refuse a seat that somebody else proposed"
    ),
    "members.end": Words(
        "结束平台的岗位（不能是自己的）", "end a seat of the platform, not one's own"
    ),
    "members.end_partner": Words("结束数据方人员的岗位", "end a seat at a partner"),
    "members.propose": Words(
        "提名平台的岗位（不能是自己）", "propose a seat of the platform, not for oneself"
    ),
    "members.read": Words("查看谁在什么岗位", "read who sits where"),
    "partner.approve": Words("批准数据方上线", "approve a partner for production"),
    "partner.bind_riders": Words(
        "把骑行者绑定到市民（数据方只限自家的）",
        "bind riders to citizens (a partner only its own)",
    ),
    "partner.declare": Words(
        "申报当天的数，用于对账（数据方只限自家的）",
        "declare a day for reconciliation (a partner only its own)",
    ),
    "partner.keys": Words(
        "发放和撤销数据方密钥（数据方只限自家的）",
        "issue and revoke keys (a partner only its own)",
    ),
    "partner.quota": Words("设定数据方的额度", "set a partner's quota"),
    "partner.read": Words(
        "查看数据方（数据方只看自家的）", "read partners (a partner only itself)"
    ),
    "partner.register": Words("登记数据方", "register a partner"),
    "permissions.read": Words("查看这张权限表", "read this table of permissions"),
    "personal.desk": Words("办理个人信息请求", "handle requests about personal data"),
    "personal.own": Words("导出或删除自己的个人信息", "export or erase one's own data"),
    "persons.simulate": Words("生成模拟市民", "make simulated citizens"),
    "rules.found": Words("把首批规则写入规则簿", "write the first rules into the rulebook"),
    "rules.object": Words("在公示期提出意见", "object while a rule is on notice"),
    "rules.propose": Words("提出规则的新版本", "propose a new version of a rule"),
    "rules.publish": Words(
        "发布规则（不能是提出人和复核人）",
        "publish a rule (not its proposer nor its seconder)",
    ),
    "rules.read": Words("查看规则和测算", "read rules and replays"),
    "rules.replay": Words("用真实记录测算规则变动", "replay a rule change on real rows"),
    "rules.second": Words("复核规则（不能是提出人）", "second a rule (not its proposer)"),
    "second_factor.own": Words(
        "绑定和使用自己的动态口令（限有岗位的人）",
        "enrol and use one's own second factor (staff only)",
    ),
    "second_factor.reset": Words("重设别人的动态口令", "reset somebody else's second factor"),
    "sessions.end": Words("让一个人在各处退出登录", "log a person out everywhere"),
    "totals.roll": Words("汇总并公布每天的数", "roll and state each day's totals"),
    "vault.sweep": Words("清掉没有归属的文件残余", "remove what belongs to no file any more"),
    "vault.keep": Words("上传文件", "keep files"),
}


def words_of(permission: str) -> Words:
    """A permission in words; its bare name where it has none, so that no table hides it."""
    return PERMISSIONS.get(permission, Words(permission, permission))


def group_of(permission: str) -> str:
    """The group that a permission is shown in: what stands before its dot."""
    return permission.partition(".")[0]
