"""Files made from an attempt: tables, the coach's sheet, pictures, films."""
