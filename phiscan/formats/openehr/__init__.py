"""openEHR: compositions, EHR status, demographics and query results, in JSON and in XML."""
