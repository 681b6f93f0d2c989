"""The names of what documents choose from: paths, bases, sources, rules, regions."""

from __future__ import annotations

from tanhui.methodology.document import Label

PATHS = {
    "citizen": Label("公众行为", "Citizens' deeds"),
    "project": Label("项目", "Projects"),
    "event": Label("会展活动", "Events"),
    "organisation": Label("单位", "Organisations"),
    "person": Label("个人", "Persons"),
    "tool": Label("工具", "Tools"),
}
BASES = {
    "official": Label("官方文本", "Official text"),
    "reconstruction": Label("重建文本", "Reconstruction"),
    "published": Label("外地公布", "Published elsewhere"),
}
BASIS_SENTENCES = {
    "official": Label("依据官方公布的文本。", "This follows the officially published text."),
    "reconstruction": Label(
        "这是重建文本，不是官方文本。", "This is a reconstruction, not an official text."
    ),
    "published": Label(
        "这是其他地方或机构公布的规则，仅供对照。",
        "This is a rule that another place or body has published, for comparison.",
    ),
}
STATES = {
    "in-force": Label("生效中", "In force"),
    "future": Label("尚未生效", "Not yet in force"),
    "ended": Label("已失效", "No longer in force"),
    "draft": Label("草案", "Draft"),
}
PUBLISHED = Label("已发布", "Published")
UNVERIFIED = Label("未核实", "Unverified")
UNVERIFIED_WITHIN = Label("含未核实因子", "Unverified factors")
PARAMETER_STATUSES = {
    "official": Label("官方值", "Official"),
    "default": Label("缺省值", "Default"),
    "assumed": Label("设定值", "Assumed"),
    "illustrative": Label("示意值", "Illustrative"),
}
ROLES = {
    "input": Label("输入", "Inputs"),
    "scenario": Label("情景", "Scenarios"),
    "factor": Label("因子", "Factors"),
    "parameter": Label("参数", "Parameters"),
    "gwp": Label("增温潜势", "Warming potentials"),
}
MEASURED_BY = {
    "meter": Label("计量器具", "Meter"),
    "invoice": Label("票据", "Invoice"),
    "sample": Label("采样", "Sample"),
    "survey": Label("调查", "Survey"),
    "system": Label("系统记录", "System record"),
    "declaration": Label("申报", "Declaration"),
    "default": Label("缺省值", "Default"),
    "remote-sensing": Label("遥感", "Remote sensing"),
}
MEASURED_WHEN = {
    "ex-ante": Label("事前确定", "Fixed beforehand"),
    "ex-post": Label("事后监测", "Monitored afterwards"),
}
FREQUENCIES = {
    "continuous": Label("连续", "Continuously"),
    "daily": Label("每日", "Daily"),
    "monthly": Label("每月", "Monthly"),
    "quarterly": Label("每季", "Quarterly"),
    "yearly": Label("每年", "Yearly"),
    "once": Label("一次", "Once"),
    "per-event": Label("每次", "Each time"),
}
SHOWS = {
    "boundary": Label("边界", "Boundary"),
    "refused": Label("拒绝", "Refused"),
    "negative": Label("负值", "Negative"),
    "gap": Label("缺读数", "Missing reading"),
    "golden": Label("公布算例", "Published case"),
}
NEGATIVES = {
    "refuse": Label("结果为负时不予计算。", "A negative result is refused."),
    "zero": Label("结果为负时计为零。", "A negative result counts as zero."),
    "carry": Label(
        "结果为负时本期计零，差额抵扣下一期。",
        "A negative result counts as zero now, and the deficit goes against the next period.",
    ),
    "keep": Label("结果可以为负。", "The result may be negative."),
}
REGIONS = {
    "global": Label("全球", "Global"),
    "CN": Label("中国", "China"),
    "CN-11": Label("北京", "Beijing"),
    "CN-12": Label("天津", "Tianjin"),
    "CN-13": Label("河北", "Hebei"),
    "CN-14": Label("山西", "Shanxi"),
    "CN-15": Label("内蒙古", "Inner Mongolia"),
    "CN-21": Label("辽宁", "Liaoning"),
    "CN-22": Label("吉林", "Jilin"),
    "CN-23": Label("黑龙江", "Heilongjiang"),
    "CN-31": Label("上海", "Shanghai"),
    "CN-32": Label("江苏", "Jiangsu"),
    "CN-33": Label("浙江", "Zhejiang"),
    "CN-34": Label("安徽", "Anhui"),
    "CN-35": Label("福建", "Fujian"),
    "CN-36": Label("江西", "Jiangxi"),
    "CN-37": Label("山东", "Shandong"),
    "CN-41": Label("河南", "Henan"),
    "CN-42": Label("湖北", "Hubei"),
    "CN-4201": Label("武汉", "Wuhan"),
    "CN-43": Label("湖南", "Hunan"),
    "CN-44": Label("广东", "Guangdong"),
    "CN-4401": Label("广州", "Guangzhou"),
    "CN-4403": Label("深圳", "Shenzhen"),
    "CN-45": Label("广西", "Guangxi"),
    "CN-46": Label("海南", "Hainan"),
    "CN-50": Label("重庆", "Chongqing"),
    "CN-51": Label("四川", "Sichuan"),
    "CN-5101": Label("成都", "Chengdu"),
    "CN-5105": Label("泸州", "Luzhou"),
    "CN-52": Label("贵州", "Guizhou"),
    "CN-53": Label("云南", "Yunnan"),
    "CN-54": Label("西藏", "Tibet"),
    "CN-61": Label("陕西", "Shaanxi"),
    "CN-62": Label("甘肃", "Gansu"),
    "CN-63": Label("青海", "Qinghai"),
    "CN-64": Label("宁夏", "Ningxia"),
    "CN-65": Label("新疆", "Xinjiang"),
    "FR": Label("法国", "France"),
    "GB": Label("英国", "United Kingdom"),
}
_GRIDS = {
    "N": Label("华北", "North China"),
    "NE": Label("东北", "Northeast China"),
    "E": Label("华东", "East China"),
    "C": Label("华中", "Central China"),
    "NW": Label("西北", "Northwest China"),
    "S": Label("南方", "South China"),
    "SW": Label("西南", "Southwest China"),
}
_LONG = {
    "north": "N",
    "northeast": "NE",
    "east": "E",
    "central": "C",
    "northwest": "NW",
    "south": "S",
    "southwest": "SW",
}


def region_label(code: str) -> Label:
    """The name of a region of the factor tables; its code where it has none."""
    tail = code.removeprefix("CN-")
    return REGIONS.get(code) or _GRIDS.get(_LONG.get(tail, tail)) or Label(code, code)


def year_text(year: int) -> str:
    """The year of the data, or a dash when its source does not state one."""
    return str(year) if year else "—"
