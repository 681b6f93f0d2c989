"""The named cast of the demo city and of the tests. Everyone here is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """One member of the cast; `organisation` codes the partner or body it works for."""

    name: str
    name_zh: str
    name_en: str
    role: str
    about_zh: str
    about_en: str
    phone: str
    view: str = "standard"
    organisation: str | None = None


# The citizens come first and in this order: 林晓 is the first simulated person of every city.
CAST = (
    Persona(
        "lin-xiao",
        "林晓",
        "Lin Xiao",
        "citizen",
        "每天骑车上班的市民",
        "a citizen who rides to work",
        phone="13800000001",
    ),
    Persona(
        "zhou-shifu",
        "周师傅",
        "Master Zhou",
        "citizen",
        "用长辈版的退休师傅",
        "a retired worker who uses large type",
        phone="13800000002",
        view="elder",
    ),
    Persona(
        "bike",
        "单车数据员",
        "Bike data desk",
        "partner",
        "共享单车企业的数据员",
        "data staff of the bike company",
        phone="13800000011",
        organisation="BIKE",
    ),
    Persona(
        "metro",
        "地铁数据员",
        "Metro data desk",
        "partner",
        "地铁公司的数据员",
        "data staff of the metro company",
        phone="13800000012",
        organisation="METRO",
    ),
    Persona(
        "bus",
        "公交数据员",
        "Bus data desk",
        "partner",
        "公交公司的数据员",
        "data staff of the bus company",
        phone="13800000013",
        organisation="BUS",
    ),
    Persona(
        "ev",
        "充电数据员",
        "Charging data desk",
        "partner",
        "充电企业的数据员",
        "data staff of the charging company",
        phone="13800000014",
        organisation="EV",
    ),
    Persona(
        "steps",
        "步数数据员",
        "Step data desk",
        "partner",
        "步数来源的数据员",
        "data staff of the step counter",
        phone="13800000015",
        organisation="STEPS",
    ),
    Persona(
        "app",
        "出行平台数据员",
        "Mobility data desk",
        "partner",
        "出行平台的数据员，还在沙箱里",
        "data staff of the mobility app, still in the sandbox",
        phone="13800000016",
        organisation="APP",
    ),
    Persona(
        "operator",
        "平台运营员",
        "Operator",
        "operator",
        "平台的运营人员",
        "staff of the platform's operator",
        phone="13800000021",
    ),
    Persona(
        "regulator",
        "主管部门经办人",
        "Regulator",
        "regulator",
        "主管部门的经办人",
        "staff of the competent authority",
        phone="13800000022",
    ),
    Persona(
        "operator-2",
        "运营复核员",
        "Second operator",
        "operator",
        "平台的另一位运营人员，复核用",
        "another member of the operator's staff, who reviews",
        phone="13800000023",
    ),
    Persona(
        "regulator-2",
        "主管部门复核人",
        "Second regulator",
        "regulator",
        "主管部门的另一位人员，复核用",
        "another member of the authority's staff, who reviews",
        phone="13800000024",
    ),
    Persona(
        "sysadmin",
        "系统管理员",
        "System administrator",
        "sysadmin",
        "提名岗位，管密钥和定时任务",
        "proposes seats, looks after keys and jobs",
        phone="13800000031",
    ),
    Persona(
        "security",
        "安全管理员",
        "Security administrator",
        "security",
        "确认岗位，重设动态口令，结束登录",
        "confirms seats, resets second factors, ends sessions",
        phone="13800000032",
    ),
    Persona(
        "auditor",
        "审计管理员",
        "Auditor",
        "auditor",
        "查审计记录，不参与任何办理",
        "reads the audit and takes part in nothing else",
        phone="13800000033",
    ),
    Persona(
        "owner-glass",
        "玻璃厂项目员",
        "Glassworks desk",
        "owner",
        "玻璃窑炉气改电的业主",
        "project staff of the glassworks",
        phone="13800000041",
        organisation="GLASS",
    ),
    Persona(
        "owner-forest",
        "森林公园项目员",
        "Forest park desk",
        "owner",
        "城市森林公园的项目员",
        "project staff of the forest park",
        phone="13800000042",
        organisation="FOREST",
    ),
    Persona(
        "owner-greenway",
        "绿道项目员",
        "Greenway desk",
        "owner",
        "绿道建设方的项目员",
        "project staff of the greenway's builder",
        phone="13800000043",
        organisation="GREENWAY",
    ),
    Persona(
        "owner-village",
        "林盘合作社项目员",
        "Village cooperative desk",
        "owner",
        "小微项目的牵头合作社",
        "the cooperative that coordinates small sites",
        phone="13800000044",
        organisation="VILLAGE",
    ),
    Persona(
        "verifier",
        "核证员",
        "Verifier",
        "verifier",
        "第三方审核机构的核证员",
        "staff of a verification body",
        phone="13800000051",
        organisation="VERIFY-A",
    ),
    Persona(
        "verifier-2",
        "另一家机构的核证员",
        "Second verifier",
        "verifier",
        "另一家审核机构的核证员",
        "staff of another verification body",
        phone="13800000052",
        organisation="VERIFY-B",
    ),
    Persona(
        "buyer",
        "会展公司采购员",
        "Exhibition buyer",
        "buyer",
        "为活动购买减排量的会展公司",
        "buys credits for its events",
        phone="13800000061",
        organisation="EXPO",
    ),
    Persona(
        "buyer-2",
        "电子厂采购员",
        "Factory buyer",
        "buyer",
        "为生产排放购买减排量的工厂",
        "buys credits for its production",
        phone="13800000062",
        organisation="FACTORY",
    ),
    Persona(
        "merchant",
        "茶驿店长",
        "Tea house manager",
        "merchant",
        "望江楼茶驿的店长，拿手机核销",
        "manages the tea house and scans vouchers",
        phone="13800000071",
        organisation="TEAHOUSE",
    ),
    Persona(
        "merchant-2",
        "票务员",
        "Ticket desk",
        "merchant",
        "轨道票务公司的票务员",
        "staff of the transit ticket company",
        phone="13800000072",
        organisation="TICKETS",
    ),
    Persona(
        "merchant-3",
        "骑行店员",
        "Ride pass desk",
        "merchant",
        "骑行运营方发放骑行卡的店员",
        "hands out the bike company's ride passes",
        phone="13800000073",
        organisation="RIDEPASS",
    ),
    Persona(
        "sponsor",
        "公益资金经办人",
        "Public fund desk",
        "sponsor",
        "市级公益资金的经办人",
        "staff of the city's public-good fund",
        phone="13800000081",
        organisation="FUND",
    ),
    Persona(
        "sponsor-2",
        "银行出资经办人",
        "Bank sponsor desk",
        "sponsor",
        "为权益出资的银行的经办人",
        "staff of a bank that pays for rewards",
        phone="13800000082",
        organisation="BANK",
    ),
)
# The roles whose desks are under /portal/; those of all other staff are under /console/.
PORTAL_ROLES = frozenset({"partner", "owner", "verifier", "buyer", "merchant", "sponsor"})
CITIZENS = tuple(persona for persona in CAST if persona.role == "citizen")
STAFF = tuple(persona for persona in CAST if persona.role != "citizen")
BY_NAME = {persona.name: persona for persona in CAST}
_ENGLISH = {persona.name_zh: persona.name_en for persona in CAST}


def english_name(name: str) -> str:
    """How one of the cast is called in English; any other name stays as it is."""
    return _ENGLISH.get(name, name)
