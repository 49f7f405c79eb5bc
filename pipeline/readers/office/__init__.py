"""Old Word, WPS, RTF and ODT by way of LibreOffice, which may open nothing else."""
