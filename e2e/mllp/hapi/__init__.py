"""HAPI HL7v2: the library that many interface engines read and write HL7 with."""
