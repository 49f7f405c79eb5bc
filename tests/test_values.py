"""Numerals, money, dates and document numbers in the ways people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import values
from pipeline.ruleset.rule import Rules


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三十三", 33),
        ("十二", 12),
        ("一百零五", 105),
        ("二〇一九", 2019),
        ("两", 2),
        ("一万二千", 12000),
        ("十", 10),
        ("", None),
        ("一是", None),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    assert values.chinese_number(text) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [(10, "十"), (12, "十二"), (20, "二十"), (100, "一百"), (105, "一百零五"), (110, "一百一十"), (1012, "一千零一十二"),
     (10000, "10000"), (0, "0")],
)  # fmt: skip
def test_numbers_of_headings(number: int, text: str) -> None:
    assert values.numeral(number) == text


@given(st.integers(1, 9_999))
def test_a_written_numeral_reads_as_its_number(number: int) -> None:
    assert values.chinese_number(values.numeral(number)) == number


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("21.3万元", 213000),
        ("233,740元", 233740),
        ("233，740元", 233740),
        ("84万余元", 840000),
        ("7.132 万元", 71320),
        ("九千七百五十元", 9750),
        ("1.36亿元", 136000000),
        ("２１.３万元", 213000),
        ("0元", 0),
        ("251,023.54元", 251023.54),
        ("单元", None),
        ("21.3万", None),
    ],
)
def test_money(text: str, yuan: float | None) -> None:
    assert values.money(text) == yuan


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021年9月6日", "2021-09-06"),
        ("二〇一九年十二月九日", "2019-12-09"),
        ("2024.9.10", "2024-09-10"),
        ("2018 年 3 月 12 日", "2018-03-12"),
        ("2021年3月底前", "2021-03"),
        ("2024-01-05", "2024-01-05"),
        ("2024年底", "2024-12"),
        ("2024717日", "2024-07-17"),
        ("2025年11月31日", None),
        ("7月4日", None),
    ],
)
def test_dates(text: str, iso: str | None) -> None:
    assert values.iso_date(text) == iso


def test_a_missing_year_is_given_and_a_lost_date_must_have_one_reading() -> None:
    assert values.iso_date("7月4日", 2023) == "2023-07-04"
    assert values.iso_date("1024日", 2024) == "2024-10-24"
    assert values.lost_date("111日") is None  # 1月11日 or 11月1日


@pytest.mark.parametrize(("text", "number"), [("三", 3), ("12", 12), ("⑤", 5), ("1-2", 2), ("", None)])
def test_ordinals(text: str, number: int | None) -> None:
    assert values.ordinal(text) == number


@pytest.mark.parametrize(
    "text", ["梧二中党〔2022〕3号", "柳车办[2019]2号", "县办发【2020】4号", "教办（2021）15号", "云政办〔2024年〕12号"]
)
def test_document_numbers(text: str, rules: Rules) -> None:
    hit = rules.first("docno", values.view(text))
    assert hit is not None and hit.end - hit.start == len(text)


@given(st.text())
def test_a_view_keeps_every_place(text: str) -> None:
    assert len(values.view(text)) == len(text)


@given(st.integers(min_value=1, max_value=99))
def test_numerals_up_to_99_read_back(number: int) -> None:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    text = ("" if tens == 0 else ("十" if tens == 1 else digits[tens] + "十")) + (
        digits[ones] if ones or not tens else ""
    )
    assert values.chinese_number(text) == number
