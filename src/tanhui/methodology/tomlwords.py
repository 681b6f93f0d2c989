"""What the TOML reader's complaints mean to somebody who writes methodologies, not programs."""

from __future__ import annotations

# How a complaint begins, what it means in Chinese, and what to do, in English.
MEANINGS = (
    ("Expected '=' after a key", "键后须有等号；含中文或重音字母的键要加引号",
     "a key is followed by an equals sign; one with accents or Chinese needs quotes"),
    ("Invalid value", "值的写法不对；文本须加英文引号", "a text needs quotation marks"),
    ("Invalid statement", "这一行既不是键也不是表头", "this line is neither a key nor a table"),
    ("Expected newline or end of document", "一行只能写一个键；引号可能用错",
     "one key to a line; perhaps a quotation mark is misplaced"),
    ("Cannot overwrite a value", "同一个键写了两次", "the same key twice"),
    ("Duplicate inline table key", "同一个键写了两次", "the same key twice"),
    ("Cannot declare", "同一个表写了两次", "the same table twice"),
    ("Cannot mutate immutable", "该表已在一行内写完，不能再加键",
     "that table was finished in one line and takes no more keys"),
    ("Unclosed array", "方括号没有收尾", "a square bracket is not closed"),
    ("Unclosed inline table", "花括号没有收尾", "a curly bracket is not closed"),
    ("Unterminated string", "引号没有收尾", "a quotation mark is not closed"),
    ("Illegal character", "有不可用的字符", "a character that cannot stand here"),
    ("Found invalid character", "有不可用的字符", "a character that cannot stand here"),
    ("Unescaped '\\' in a string", "反斜杠须写两次", "write a backslash twice"),
    ("Invalid initial character for a key part", "键的首字符不对", "no key begins like this"),
    ("Expected ']", "表头的方括号没有收尾", "the table's bracket is not closed"),
    ("Invalid date or datetime", "日历上没有这一天", "no calendar has this day"),
)  # fmt: skip


def meaning(complaint: str) -> tuple[str, str]:
    """`complaint` in Chinese, and in English with what to do about it."""
    for start, zh, en in MEANINGS:
        if complaint.startswith(start):
            return zh, f"{complaint}: {en}"
    return complaint, complaint
