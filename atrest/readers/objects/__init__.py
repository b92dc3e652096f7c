"""Object stores: `source` is the port's side, `range_file` reads one object, `s3` asks a store."""
