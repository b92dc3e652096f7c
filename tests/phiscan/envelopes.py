"""One row of a result set as databases, dashboards and spreadsheets answer it.

Each envelope is that of the service's reference documentation, with one row of a made-up patient.
"""

import json

COLUMNS = ("ssn", "patient_name", "diagnosis")
ROW = ("541278860", "Maria Lindqvist", "E11.9")
RECORD = dict(zip(COLUMNS, ROW, strict=True))
_C, _R = list(COLUMNS), list(ROW)
_OTHER = ["602118391", "Olaf Berg", "I10"]
_BY_COLUMN = [[a, b] for a, b in zip(ROW, _OTHER, strict=True)]


def _named(**more):
    return [{"name": c, **more} for c in COLUMNS]


ENVELOPES = {
    "columns by type": {"schema": dict.fromkeys(COLUMNS, "string"), "rows": [_R]},
    "columns by SQL type": {"fields": dict.fromkeys(COLUMNS, "VARCHAR(40)"), "data": [_R, _OTHER]},
    "columns by description": {
        "columns": {c: {"dataType": "text", "nullable": True} for c in COLUMNS},
        "result": {"rows": [_R]},
    },
    "columns by place": {"columns": {c: n for n, c in enumerate(COLUMNS)}, "data": [_R]},
    "columns of as many types, by columns": {
        "dtypes": dict.fromkeys(COLUMNS, "object"),
        "values": [[*c, *c] for c in _BY_COLUMN],
    },
    "JSON Schema": {
        "schema": {"type": "object", "properties": {c: {"type": "string"} for c in COLUMNS}},
        "rows": [_R],
    },
    "Avro unions": {"schema": {c: ["null", "string"] for c in COLUMNS}, "rows": [_R]},
    "Spark": {
        "schema": {"type": "struct", "fields": _named(type="string", nullable=True, metadata={})},
        "rows": [_R],
    },
    "Arrow": {"schema": {"fields": _named(type={"name": "utf8"}, children=[])}, "rows": [_R]},
    "Snowflake SQL API": {
        "resultSetMetaData": {"numRows": 1, "rowType": _named(type="text", nullable=True)},
        "data": [_R],
        "code": "090001",
    },
    "BigQuery jobs.query": {
        "schema": {"fields": _named(type="STRING", mode="NULLABLE")},
        "totalRows": "1",
        "rows": [{"f": [{"v": value} for value in ROW]}],
    },
    "Grafana data frame": {
        "results": {
            "A": {"frames": [{"schema": {"fields": _named()}, "data": {"values": _BY_COLUMN}}]}
        }
    },
    "Grafana frame with as many rows as columns": {
        "frames": [
            {
                "schema": {"fields": _named()},
                "data": {"values": [[*c, c[0]] for c in _BY_COLUMN]},
            }
        ]
    },
    "RDS Data API": {
        "columnMetadata": _named(typeName="varchar", nullable=1),
        "records": [[{"stringValue": value} for value in ROW]],
    },
    "Redshift Data API": {
        "ColumnMetadata": _named(label="x", length=0),
        "Records": [[{"stringValue": value} for value in ROW]],
        "TotalNumRows": 1,
    },
    "pandas by columns": {
        c: {"0": a, "1": b} for c, a, b in zip(COLUMNS, ROW, _OTHER, strict=True)
    },
    "pandas split": {"columns": _C, "index": [0, 1], "data": [_R, _OTHER]},
    "pandas by index": {"0": RECORD},
    "pandas table": {"schema": {"fields": _named(type="string")}, "data": [RECORD]},
    "lists by columns": {c: [a, b] for c, a, b in zip(COLUMNS, ROW, _OTHER, strict=True)},
    "Athena with a header row": {
        "ResultSet": {
            "Rows": [{"Data": [{"VarCharValue": v} for v in row]} for row in (COLUMNS, ROW)],
            "ResultSetMetadata": {"ColumnInfo": [{"Name": c, "Type": "varchar"} for c in COLUMNS]},
        }
    },
    "Athena, a later page": {
        "ResultSet": {
            "Rows": [{"Data": [{"VarCharValue": v} for v in ROW]}],
            "ResultSetMetadata": {"ColumnInfo": [{"Name": c, "Type": "varchar"} for c in COLUMNS]},
        }
    },
    "Trino": {
        "id": "20240101_1",
        "columns": [
            {"name": c, "type": "varchar", "typeSignature": {"rawType": "varchar", "arguments": []}}
            for c in COLUMNS
        ],
        "data": [_R, _OTHER],
        "stats": {"state": "FINISHED"},
    },
    "Elasticsearch SQL": {"columns": _named(type="text"), "rows": [_R]},
    "ES|QL by columns": {
        "columns": _named(type="text"),
        "values": [[a, b, a, b] for a, b in _BY_COLUMN],
    },
    "ClickHouse JSONCompact": {"meta": _named(type="String"), "data": [_R], "rows": 1},
    "ClickHouse JSONColumnsWithMetadata": {
        "meta": _named(type="String"),
        "data": dict(zip(COLUMNS, _BY_COLUMN, strict=True)),
    },
    "InfluxDB": {
        "results": [
            {"series": [{"name": "cases", "columns": ["time", *_C], "values": [["2024", *_R]]}]}
        ]
    },
    "Druid array": [_C, _R],
    "Druid scan": [{"segmentId": "s", "columns": _C, "events": [_R, _OTHER]}],
    "Databricks statement": {
        "manifest": {"schema": {"columns": _named(type_name="STRING")}},
        "result": {"chunk_index": 0, "data_array": [_R]},
    },
    "Cassandra": {"columns": _named(type="text"), "rows": [_R]},
    "DynamoDB": {"Items": [{k: {"S": v} for k, v in RECORD.items()}], "Count": 1},
    "Hasura run_sql": {"result_type": "TuplesOk", "result": [_C, _R]},
    "Power BI": {
        "results": [{"tables": [{"rows": [{f"Cases[{k}]": v for k, v in RECORD.items()}]}]}]
    },
    "Tableau": {
        "columns": [{"fieldName": c, "dataType": "string"} for c in COLUMNS],
        "data": [[{"value": v, "formattedValue": v} for v in ROW]],
    },
    "Google Sheets by rows": {"majorDimension": "ROWS", "values": [_C, _R, _OTHER]},
    "Google Sheets by columns": {
        "majorDimension": "COLUMNS",
        "values": [[c, *cells] for c, cells in zip(COLUMNS, _BY_COLUMN, strict=True)],
    },
    "Google Sheets grid": {
        "sheets": [
            {
                "data": [
                    {
                        "rowData": [
                            {
                                "values": [
                                    {"userEnteredValue": {"stringValue": v}, "formattedValue": v}
                                    for v in row
                                ]
                            }
                            for row in (COLUMNS, ROW)
                        ]
                    }
                ]
            }
        ]
    },
    "Google charts": {
        "table": {
            "cols": [{"id": "A", "label": c, "type": "string"} for c in COLUMNS],
            "rows": [{"c": [{"v": value} for value in ROW]}],
        }
    },
    "Kusto v1": {
        "Tables": [
            {
                "TableName": "Table_0",
                "Columns": [{"ColumnName": c, "DataType": "String"} for c in COLUMNS],
                "Rows": [_R],
            }
        ]
    },
    "Kusto v2, progressive": [
        {"FrameType": "DataSetHeader", "Version": "v2.0"},
        {"FrameType": "TableHeader", "Columns": [{"ColumnName": c} for c in COLUMNS]},
        {"FrameType": "TableFragment", "Rows": [_R]},
    ],
    "Socrata": {
        "meta": {"view": {"columns": [{"id": -1, "name": "sid"}, *_named(dataTypeName="text")]}},
        "data": [["row-1", *_R]],
    },
    "SPARQL": {
        "head": {"vars": _C},
        "results": {"bindings": [{k: {"type": "literal", "value": v} for k, v in RECORD.items()}]},
    },
    "Neo4j HTTP": {"results": [{"columns": _C, "data": [{"row": _R, "meta": [None] * 3}]}]},
    "Neo4j Query API": {"data": {"fields": _C, "values": [_R]}},
    "Neo4j driver's record": {"keys": _C, "length": 3, "_fields": _R},
    "Arrow JSON": {
        "schema": {"fields": _named(nullable=True)},
        "batches": [
            {
                "count": 1,
                "columns": [
                    {"name": k, "count": 1, "VALIDITY": [1], "DATA": [v]} for k, v in RECORD.items()
                ],
            }
        ],
    },
    "Spanner": {
        "metadata": {"rowType": {"fields": _named(type={"code": "STRING"})}},
        "rows": [_R],
    },
    "Splunk by columns": {"fields": _named(), "columns": _BY_COLUMN},
    "Pinot": {"resultTable": {"dataSchema": {"columnNames": _C}, "rows": [_R]}},
    "Kylin": {"columnMetas": [{"label": c} for c in COLUMNS], "results": [_R]},
    "QuestDB": {"columns": _named(type="STRING"), "dataset": [_R]},
    "libSQL": {
        "results": [
            {
                "response": {
                    "result": {
                        "cols": _named(decltype="TEXT"),
                        "rows": [[{"type": "text", "value": v} for v in ROW]],
                    }
                }
            }
        ]
    },
    "rqlite": {"results": [{"columns": _C, "types": ["text"] * 3, "values": [_R]}]},
    "Timestream": {
        "ColumnInfo": [{"Name": c, "Type": {"ScalarType": "VARCHAR"}} for c in COLUMNS],
        "Rows": [{"Data": [{"ScalarValue": v} for v in ROW]}],
    },
    "CloudWatch Logs Insights": {
        "results": [[{"field": k, "value": v} for k, v in RECORD.items()]]
    },
    "Plotly table": {"data": [{"header": {"values": _C}, "cells": {"values": _BY_COLUMN}}]},
    "Google Analytics": {
        "dimensionHeaders": _named(),
        "rows": [{"dimensionValues": [{"value": v} for v in ROW]}],
    },
    "Datadog": {
        "columns": [{"name": k, "type": "string", "values": [v]} for k, v in RECORD.items()]
    },
    "Redis HGETALL": [item for pair in RECORD.items() for item in pair],
    "bound parameters of ActiveRecord": {"binds": [list(pair) for pair in RECORD.items()]},
    "node-postgres, rows first": {
        "command": "SELECT",
        "rows": [_R],
        "fields": _named(tableID=1),
    },
    "Looker": {"data": [{f"cases.{k}": {"value": v} for k, v in RECORD.items()}]},
    "DataTables": {"aoColumns": [{"sTitle": c} for c in COLUMNS], "aaData": [_R]},
    "Smartsheet": {
        "columns": [{"id": 70001 + i, "title": c} for i, c in enumerate(COLUMNS)],
        "rows": [
            {
                "id": 1,
                "cells": [{"columnId": 70001 + i, "value": v} for i, v in enumerate(ROW)],
            }
        ],
    },
    "AG Grid": {
        "columnDefs": [{"headerName": c, "field": f"c{i}"} for i, c in enumerate(COLUMNS)],
        "rowData": [{f"c{i}": v for i, v in enumerate(ROW)}],
    },
    "a form's answers": {
        "questions": [
            {"id": "q0", "text": "Social security number"},
            {"id": "q1", "text": "Patient name"},
            {"id": "q2", "text": "Diagnosis"},
        ],
        "answers": {f"q{i}": v for i, v in enumerate(ROW)},
    },
    "a table in cells of objects": {
        "header": {"cells": [{"text": c} for c in COLUMNS]},
        "body": [{"cells": [{"text": v} for v in ROW]}],
    },
}
"""JSON documents by what answers so."""
LINES = b"\n".join(json.dumps(row).encode() for row in (COLUMNS, ROW, _OTHER))
"""Rows as lines, the first of which is the header: ClickHouse's JSONCompactEachRowWithNames."""
