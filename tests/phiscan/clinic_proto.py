"""The schema of a clinic's service as protoc would write it, and its message classes."""

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    timestamp_pb2,
    wrappers_pb2,
)

_F = descriptor_pb2.FieldDescriptorProto
_WELL_KNOWN = (timestamp_pb2, wrappers_pb2, any_pb2)
_FIELDS = (
    ("family_name", _F.TYPE_STRING, ""),
    ("birth_date", _F.TYPE_MESSAGE, ".google.protobuf.Timestamp"),
    ("ssn", _F.TYPE_INT64, ""),
    ("mrn", _F.TYPE_FIXED64, ""),
    ("phone_number", _F.TYPE_MESSAGE, ".google.protobuf.StringValue"),
    ("member_id", _F.TYPE_SINT64, ""),
    ("attributes", _F.TYPE_MESSAGE, ".clinic.v1.Patient.AttributesEntry"),
    ("diagnosis", _F.TYPE_STRING, ""),
    ("extra", _F.TYPE_MESSAGE, ".google.protobuf.Any"),
    ("weight", _F.TYPE_DOUBLE, ""),
    ("policy_number", _F.TYPE_UINT64, ""),
    ("admission_date", _F.TYPE_MESSAGE, ".clinic.v1.Date"),
    ("mother", _F.TYPE_MESSAGE, ".clinic.v1.Patient"),
    ("discharge_date", _F.TYPE_MESSAGE, ".google.type.Date"),
)
_REPEATED = ("attributes", "policy_number")


def _file():
    file = descriptor_pb2.FileDescriptorProto(
        name="clinic.proto", package="clinic.v1", syntax="proto3"
    )
    file.dependency.extend(["google/type/date.proto", *(m.DESCRIPTOR.name for m in _WELL_KNOWN)])
    patient = file.message_type.add(name="Patient")
    for number, (name, kind, message) in enumerate(_FIELDS, 1):
        field = patient.field.add(
            name=name, number=number, type=kind, label=3 if name in _REPEATED else 1
        )
        if message:
            field.type_name = message
    entry = patient.nested_type.add(name="AttributesEntry")
    entry.field.add(name="key", number=1, type=_F.TYPE_STRING, label=1)
    entry.field.add(name="value", number=2, type=_F.TYPE_STRING, label=1)
    entry.options.map_entry = True
    file.message_type.add(name="Date").field.add(
        name="value_us", number=1, type=_F.TYPE_INT64, label=1
    )
    file.message_type.add(name="Receipt").field.add(
        name="patient_name", number=1, type=_F.TYPE_STRING, label=1
    )
    service = file.service.add(name="Records")
    service.method.add(
        name="Put", input_type=".clinic.v1.Patient", output_type=".clinic.v1.Receipt"
    )
    return file


def _date_file():
    file = descriptor_pb2.FileDescriptorProto(
        name="google/type/date.proto", package="google.type", syntax="proto3"
    )
    date = file.message_type.add(name="Date")
    for number, name in enumerate(("year", "month", "day"), 1):
        date.field.add(name=name, number=number, type=_F.TYPE_INT32, label=1)
    return file


def _descriptors():
    found = descriptor_pb2.FileDescriptorSet()
    for module in _WELL_KNOWN:
        module.DESCRIPTOR.CopyToProto(found.file.add())
    found.file.extend([_date_file(), _file()])
    return found


_SET = _descriptors()
DESCRIPTORS = _SET.SerializeToString()
_POOL = descriptor_pool.DescriptorPool()
for _each in _SET.file:
    _POOL.Add(_each)
Patient = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("clinic.v1.Patient"))
Receipt = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("clinic.v1.Receipt"))
METHOD = "/clinic.v1.Records/Put"
TYPE = "application/x-protobuf; proto=clinic.v1.Patient"
