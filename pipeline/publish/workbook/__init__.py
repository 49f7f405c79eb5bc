"""The workbook 整改台账.xlsx: its sheets, and what reads them back."""
