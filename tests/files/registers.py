"""Own-made twins of other registers' files: their headings and ways of writing, invented rows."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl


@dataclass(frozen=True)
class Twin:
    """One file of a register: its text, what it is read as, and what each row becomes.

    `refused` are codes by the number of rows; `kg` what is recorded by kind of block.
    """

    name: str
    register: str
    table: str
    text: str
    rows: int
    recorded: int
    refused: dict[str, int] = field(default_factory=dict)
    kg: dict[str, int] = field(default_factory=dict)
    noted: int = 0
    encoding: str = "utf-8"

    def write(self, folder: Path) -> Path:
        """Writes the file; answers its path."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.text.encode(self.encoding))
        return path

    def gzipped(self, folder: Path) -> Path:
        """The same within gzip."""
        path = folder / f"{self.name}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(self.text.encode(self.encoding)))
        return path

    def zipped(self, folder: Path) -> Path:
        """The same within a zip, beside a text that is no table."""
        path = folder / f"{Path(self.name).name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(self.name, self.text.encode(self.encoding))
            archive.writestr("__MACOSX/._x.csv", b"\0")
        return path

    def spreadsheet(self, folder: Path) -> Path:
        """The same as a workbook under a line of title."""
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(["Exported for a test"])
        mark = max(",;\t", key=self.text.split("\n", 1)[0].count)
        for row in csv.reader(io.StringIO(self.text), delimiter=mark):
            sheet.append(row)
        path = folder / f"{Path(self.name).stem}.xlsx"
        book.save(path)
        return path


_VCU = (
    "Issuance Date,Vintage Start,Vintage End,ID,Name,Country/Area,Project Type,Methodology,"
    "Quantity Issued,Serial Number,Retirement/Cancellation Date,Retirement Beneficiary,"
    "Retirement Reason,Retirement Details\n"
)
_VCU_ROW = "2024-02-02,2021-01-01,2021-12-31,{id},Wind farm,China,Energy,ACM0002,{n},{s},{d},,,\n"


def _vcu(
    number: int, first: int, last: int, *, told: str = "", ended: str = "", old: bool = False
) -> str:
    middle = "VCU-008-MER" if old else "VCS-VCU-997-VER"
    serial = f"9000-{first}-{last}-{middle}-CN-1-{number}-01012021-31122021-0"
    return _VCU_ROW.format(id=number, n=told or last - first + 1, s=serial, d=ended)


VERRA_UNITS = Twin(
    "verra/vcus.csv",
    "verra",
    "vcus",
    _VCU
    + _vcu(101, 1, 28_571, told='"28,571"', ended="2024-06-03")
    + _vcu(101, 28_572, 30_000, old=True)
    + _vcu(102, 40_000, 40_009, told="11")  # The block has ten.
    + _vcu(103, 30_000, 30_010)  # Its first number is taken.
    + _vcu(104, 50_000, 50_000, told="0")
    + _vcu(105, 60_000, 60_009, told="-10")
    + _VCU_ROW.format(id=106, n=5, s="no serial at all", d="")
    + _vcu(107, 70_000, 70_004).replace(",107,", ",108,", 1)  # The serial is of another project.
    + _VCU_ROW.format(id="", n=5, s="9000-1-5-VCS-VCU-1", d="")
    + _VCU
    + _vcu(109, 80_000, 80_001, ended="31/31/2024")
    + _vcu(110, 90_000, 90_001, told="many")
    + _vcu(101, 28_572, 30_000, old=True),  # The same row again.
    rows=13,
    recorded=2,
    refused={
        "block_differs": 1,
        "serials_overlap": 1,
        "nothing_issued": 1,
        "quantity_not_positive": 1,
        "malformed_serial": 1,
        "serial_of_other_project": 1,
        "missing_id": 1,
        "header_again": 1,
        "malformed_day": 1,
        "malformed_quantity": 1,
    },
    kg={"retirement": 28_571_000, "holding": 1_429_000},
)
VERRA_EUROPEAN = Twin(
    "list.csv",
    "verra",
    "projects",
    '\ufeffProject ID;Project Name;Scope; Type;Region;Country;State;"Total Credits \nIssued";Year\n'
    "10;Dam, upper;Renewable Energy;Hydropower;Latin America;Brazil;;6.726.799;2006\n"
    "OPR10;Forest;Forestry;IFM;North America;United States;MISSOURI;78.497;2017\n"
    "12;Empty;Renewable Energy;Wind;Asia;China;;0;\n"
    "13;Torn;Renewable Energy;Wind;Asia;China;;1;2006;more\n"
    "X-1;No number;Renewable Energy;Wind;Asia;China;;1;2006\n",
    rows=5,
    recorded=3,
    refused={"torn_row": 1, "malformed_id": 1},
)
VERRA_PROJECTS = Twin(
    "allprojects.csv",
    "verra",
    "projects",
    "ID,Name,Proponent,Project Type,Methodology,Status,Country/Area,"
    "Estimated Annual Emission Reductions,Crediting Period Start Date\n"
    '6088,Sludge,A Sdn Bhd,Waste,AMS-III.Y,Under validation,Malaysia,"72,000",2025-07-01\n'
    "6086,TBD,B AG,Transport,VMR0014; VM0038,Under validation,Panama,300000,soon\n"
    "6086,Other,B AG,Transport,VMR0014,Registered,Panama,300000,\n"
    "6085,,B AG,Transport,VMR0014,Registered,Panama,300000,\n",
    rows=4,
    recorded=2,
    refused={"project_twice": 1, "missing_name": 1},
    noted=1,
)
GOLD_CREDITS = Twin(
    "credits.csv",
    "gold-standard",
    "credits",
    "Vintage,Credit Status,Quantity,GSID,Project Name,Project Developer,Country,Project Type,"
    "Methodology,Product Type,Issuance Date,Retirement Date,Monitoring Period Start,"
    "Monitoring Period End,Serial Number,Note,Using Entity\n"
    "2024,Issued,100,751,Stoves,S Ltd,Kenya,Biogas,,VER,2026-04-13T12:35:58.842275,,2024-01-01,"
    "2024-12-08,GS1-1-KE-GS751-4-2024-30297-1-100,,\n"
    "2024,Retired,10,751,Stoves,S Ltd,Kenya,Biogas,,VER,2026-04-13,2026-05-01,2024-01-01,"
    '2024-12-08,GS1-1-KE-GS751-4-2024-30297-1-10,"Two lines\nof words",A Corp\n'
    "2024,Retired,5,751,Stoves,S Ltd,Kenya,Biogas,,VER,2026-04-13,2026-05-01,2024-01-01,"
    "2024-12-08,GS1-1-KE-GS751-4-2024-30297-6-10,,\n"
    "2024,Frozen,5,751,Stoves,S Ltd,Kenya,Biogas,,VER,2026-04-13,,2024-01-01,"
    "2024-12-08,GS1-1-KE-GS751-4-2024-30297-11-15,,\n",
    rows=4,
    recorded=2,
    refused={"serials_overlap": 1, "unknown_state": 1},
    kg={"issuance": 100_000, "retirement": 10_000},
)
GOLD_PROJECTS = Twin(
    "GSF Registry Projects Export.csv",
    "gold-standard",
    "projects",
    "GSID\tProject Name\tProject Developer Name\tStatus\tSustainable Development Goals\t"
    "Project Type\tCountry\tDescription\tEstimated Annual Credits\tMethodology\tSize\n"
    "23574\tFilters\tU Ltd\tListed\t4,13\tEnergy Efficiency\tHaiti\tWords\t60000\tNot provided\t"
    "Large Scale\n"
    "751.0\tStoves in Sève\tS Ltd\tGold Standard Certified Project\t13\tBiogas\tKenya\tWords\t"
    "1 234\tAMS-I.E.; GS\tSmall\n",
    rows=2,
    recorded=2,
    encoding="cp1252",
)
CAR_RETIREMENTS = Twin(
    "car-retired.csv",
    "car",
    "retirements",
    "Vintage,Offset Credit Serial Numbers,Quantity of Offset Credits,Status Effective,Project ID,"
    "Project Name,Project Type,Project Site State,Project Site Country,Account Holder,"
    "Retirement Reason,Retirement Reason Details,Unnamed: 22\n"
    '2025,"CAR-1-US-1335-31-983-KS-2025-9205-1 to 5,000",5000,10/27/2025,CAR1335,Nitric,N2O,'
    "KANSAS,US,A LLC,Environmental Benefit,Words,\n"
    "2025,CAR-1-US-1335-31-983-KS-2025-9205-5001 – 5010,10,02/03/2026,CAR1335,Nitric,N2O,KANSAS,"
    "US,A LLC,Other,,\n"
    '2025,"CAR-1-US-1335-31-983-KS-2025-9206-1 to 5; CAR-1-US-1335-31-983-KS-2025-9207-1 to 5",10,'
    "02/04/2026,CAR1335,Nitric,N2O,KANSAS,US,A LLC,Other,,\n",
    rows=3,
    recorded=3,
    kg={"retirement": 5_020_000},
)
CAR_ISSUANCES = Twin(
    "issued.csv",
    "car",
    "issuances",
    "Date Issued,Project ID,Project Name,Project Developer,Project Owner,Protocol and Version,"
    "Vintage,Total Offset Credits Issued,Offset Credits Currently in Reserve Buffer Pool\n"
    "03/19/2026,CAR2264,Ama,K LLC,K LLC,MMC,2026,9166,\n"
    "12/31/2025,CAR1568,Bosque,E,E,Forestry,2025,118084,34427.0\n"
    "12/31/2025,CAR1568,Bosque,E,E,Forestry,2025,22287,6484.0\n"
    "12/31/2025,CAR1568,Bosque,E,E,Forestry,2025,22287,6484.0\n"  # Two like batches are two.
    "12/31/2025,CAR1569,Bosque,E,E,Forestry,2025,0,\n",
    rows=5,
    recorded=4,
    refused={"nothing_issued": 1},
    kg={"issuance": 171_824_000},
)
ACR_RETIREMENTS = Twin(
    "acr.csv",
    "acr",
    "retirements",
    "fiid,Credit Serial Numbers,Date Issued (GMT),Vintage,Vintage Assignment Period Start Date,"
    "Vintage Assignment Period End Date,Quantity of Credits,Account Holder,Status Effective (GMT),"
    "Retired on Behalf of,Retirement Reason,Purpose of Retirement,Project ID,Project Name,"
    "Project Type,Project Methodology/Protocol,Project Site State,Project Site Country\n"
    "1129,ACR-FR-1129-2025-2917-30932 to 35143,6/30/2025 7:43:26 PM,2025,2/7/2025,3/19/2025,4212,"
    "1423,4/13/2026 7:17:56 PM,AWS,Environmental Benefit,Words; more,ACR1129,Middle East 1,ODS,"
    "Destruction,Auvergne,FR\n",
    rows=1,
    recorded=1,
    kg={"retirement": 4_212_000},
)
ACR_PROJECTS = Twin(
    "acr-projects.csv",
    "acr",
    "projects",
    "Project ID,Project Developer,Project Name,Project Methodology/Protocol,Voluntary Status,"
    "Compliance Program Status (ARB or Ecology),Project Site State,Project Site Country,"
    "Total Number of Credits Registered ,Unnamed: 21\n"
    "ACR586,The Trust,18 Reserves,IFM,Registered,Not Eligible,OHIO,US,550369.0,\n"
    "ACR206,EOS,P4,ODS,,ARB Completed,ARKANSAS,US,71825.0,\n",
    rows=2,
    recorded=2,
)
ART_ISSUANCES = Twin(
    "art.csv",
    "art",
    "issuances",
    "Date Approved,Program ID,Program Name,Sovereign Program Developer,"
    "Crediting Program and Standard,Vintage,Total Emission Reductions/Removals,"
    "Credits Deposited in Buffer,Credits Verified,Program  Country\n"
    "12/21/2025,ART102,Guyana,Commission,TREES,2023,9621384,535461,9085923,GUYANA\n"
    "12/21/2025,ART102,Guyana,Commission,TREES,2022,100,10,80,GUYANA\n",
    rows=2,
    recorded=1,
    refused={"sum_differs": 1},
    kg={"issuance": 9_085_923_000},
)
ART_CANCELLATIONS = Twin(
    "art-cancelled.csv",
    "art",
    "cancellations",
    "Vintage,Credit Serial Numbers,Quantity of Credits,Status Effective,Program ID,Program Name,"
    "Program  Country,Date Approved,Account Holder,Cancellation Reason,Cancellation Details\n"
    "2021,FCPF-CI-130-2021-11-1 to 1000,1000,02/28/2025,ART130,Park,COTE D'IVOIRE,"
    "2/28/2024 3:18:54 PM,M SA,CORSIA Compliance,Airways\n",
    rows=1,
    recorded=1,
    kg={"cancellation": 1_000_000},
)
TWINS = (
    VERRA_UNITS,
    VERRA_EUROPEAN,
    VERRA_PROJECTS,
    GOLD_CREDITS,
    GOLD_PROJECTS,
    CAR_RETIREMENTS,
    CAR_ISSUANCES,
    ACR_RETIREMENTS,
    ACR_PROJECTS,
    ART_ISSUANCES,
    ART_CANCELLATIONS,
)
