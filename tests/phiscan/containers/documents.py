"""Documents that the tests put into containers."""

import json

RECORD = json.dumps(
    {"patientName": "Ana Ruiz", "ssn": "512-44-9031", "diagnosis": "E11.9"}
).encode()
MESSAGE = b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5\rPID|1||7730145^^^M^MR||Ruiz^Ana||19610402|F\r"
ORDINARY = b"Opening hours: Monday to Friday, 9 to 5. The canteen is on the second floor.\n"
