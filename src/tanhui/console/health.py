"""The page of jobs and health: what runs by itself, whether it does, and what is overdue."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tanhui.behaviours.desk import Counts, counts
from tanhui.behaviours.sources import partner_freshness
from tanhui.console.doors import ROLES, reading
from tanhui.governance import jobs
from tanhui.governance import queries as governance
from tanhui.governance.jobs import DatabaseFacts, Job
from tanhui.governance.permissions import is_allowed, require
from tanhui.kernel.actors import Actor
from tanhui.partners.desk import partner_lines
from tanhui.publiclog import queries as publiclog
from tanhui.publiclog.queries import Health as LogHealth
from tanhui.vault import queries as vault
from tanhui.web.desk import show_page
from tanhui.web.entrance import PageRequest, entrance, staff_only

# Less free disk than this, and the database may stop within days.
_DISK_LOW = 5_000_000_000
_AUDIT_MUCH = 1_000
# A job without words here is shown by its name, so that a new one is never left out.
_JOBS = {
    "holds_released": gettext_lazy("放行到期没有处理的暂缓"),
    "appeals_run_out": gettext_lazy("申诉和补充的期限"),
    "deliveries_forgotten": gettext_lazy("清理旧的推送明细"),
    "totals_rolled": gettext_lazy("汇总，写入公开日志"),
    "days_stated": gettext_lazy("公布前一天的合计"),
    "erasures_finished": gettext_lazy("完成注销"),
    "requests_late": gettext_lazy("个人信息申请的期限"),
    "raw_forgotten": gettext_lazy("清理到期的原始轨迹"),
    "audit_rows_chained": gettext_lazy("把审计记录连成链"),
    "notices_ended": gettext_lazy("结束规则公示"),
    "projects_moved": gettext_lazy("项目申报的期限"),
    "retirements_locked": gettext_lazy("到期锁定的注销"),
    "redemptions_ended": gettext_lazy("到时退回的兑换"),
    "months_ended": gettext_lazy("积分按月到期：告知、记数、到期或捐出"),
    "entries_left": gettext_lazy("注销账户后退出的抽签报名"),
    "drops_closed": gettext_lazy("截止抽签的报名，写入公开日志"),
    "drops_drawn": gettext_lazy("见证方齐了就开签"),
    "drops_settled": gettext_lazy("退回没有抽中的积分"),
    "batches_ended": gettext_lazy("到时结束的库存"),
    "disputes_run_out": gettext_lazy("兑换争议的期限"),
    "fundings_ended": gettext_lazy("结束到期的出资窗口"),
    "settlements_made": gettext_lazy("每月结算谁欠谁"),
    "redemptions_told": gettext_lazy("告诉市民券到了、快过期"),
    "notices_sent": gettext_lazy("发出到时的通知"),
    "notices_forgotten": gettext_lazy("清理两年前的通知"),
    "files_swept": gettext_lazy("清掉没有归属的文件残余"),
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as the page shows it."""

    job: Job
    title: str | Promise
    state: str


@dataclass(frozen=True, slots=True)
class Health:
    """All of the page. What the reader may not know of is None."""

    lines: list[JobLine]
    log: LogHealth
    database: DatabaseFacts
    disk_free: int
    disk_low: bool
    files: int
    file_bytes: int
    scanned: bool
    unchained: int
    holds: Counts | None
    silent: int | None
    asleep: bool

    @property
    def troubled(self) -> int:
        """How many things need somebody."""
        found = [
            *(line.state in ("failing", "late") for line in self.lines),
            self.asleep,
            not self.log.ok,
            self.disk_low,
            self.unchained > _AUDIT_MUCH,
            bool(self.holds and self.holds.late),
            bool(self.silent),
        ]
        return sum(found)


@entrance
@reading
@staff_only(*ROLES, login="console:login")
def page(request: PageRequest) -> HttpResponse:
    """How the platform fares. Refuses: `not_permitted`."""
    found = health(request.actor, request.at)
    return show_page(request, "console/health.html", page=found, tab="health")


def health(actor: Actor, at: datetime) -> Health:
    """What the page shows to this actor. Refuses: `not_permitted`."""
    require(actor, "jobs.read")
    lines = [
        JobLine(job, _JOBS.get(job.name, job.name), job.state(at)) for job in jobs.jobs(actor=actor)
    ]
    # The failing first, then the late; a healthy job is read last.
    order = ("failing", "late", "running", "ok")
    lines.sort(key=lambda line: (order.index(line.state), line.job.name))
    free = shutil.disk_usage(settings.TANHUI.var).free
    files, file_bytes = vault.kept()
    return Health(
        lines=lines,
        log=publiclog.health(at),
        database=jobs.database_facts(actor=actor),
        disk_free=free,
        disk_low=free < _DISK_LOW,
        files=files,
        file_bytes=file_bytes,
        scanned=bool(settings.TANHUI.clamd),
        unchained=governance.waiting(),
        holds=counts(actor=actor, at=at) if is_allowed(actor, "holds.read") else None,
        silent=_silent(at) if is_allowed(actor, "partner.read") else None,
        asleep=not lines,
    )


def _silent(at: datetime) -> int:
    """How many partners in production brought no rows, by file or push, for longer than agreed."""
    due = {line.code for line in partner_lines() if line.status == "production"}
    return sum(partner.code in due and not partner.on_time for partner in partner_freshness(at=at))
