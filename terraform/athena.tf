####################################################################################################
# Queries
####################################################################################################

resource "aws_glue_catalog_database" "main" {
  name        = replace(local.prefix, "-", "_")
  description = "What Dayshift ${local.prefix} read in its images."
}

# One line of JSON an image, read as it lies. The partitions are the models and come from this text, so that nothing
# has to be crawled: WHERE model_name = 'signs' reads that model's records only.
resource "aws_glue_catalog_table" "results" {
  name          = "results"
  database_name = aws_glue_catalog_database.main.name
  description   = "One row an image and model: the terminal records."
  table_type    = "EXTERNAL_TABLE"

  parameters = {
    EXTERNAL                       = "TRUE"
    classification                 = "json"
    "projection.enabled"           = "true"
    "projection.model_name.type"   = "enum"
    "projection.model_name.values" = join(",", keys(var.models))
    "storage.location.template"    = "s3://${module.results.name}/results/$${model_name}/"
  }

  partition_keys {
    name    = "model_name"
    type    = "string"
    comment = "The model, as in the record's own model.name."
  }

  storage_descriptor {
    location      = "s3://${module.results.name}/results/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
      parameters            = { "case.insensitive" = "TRUE", "ignore.malformed.json" = "FALSE" }
    }

    dynamic "columns" {
      for_each = local._result_columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }
}

locals {
  # The terminal record, field by field and in its order.
  _result_columns = [
    { name = "schema", type = "int", comment = "1" },
    { name = "image", type = "struct<bucket:string,key:string,version_id:string,etag:string,size_bytes:bigint>", comment = "The version that was read." },
    { name = "model", type = "struct<name:string,family:string,target:string,version:string>", comment = "Who read it." },
    { name = "status", type = "string", comment = "ok, none, rejected, gone or failed." },
    { name = "reason", type = "string", comment = "A code and a sentence; null for ok and none." },
    { name = "detections", type = "array<struct<kind:string,name:string,confidence_percent:double,box:struct<left:double,top:double,width:double,height:double>>>", comment = "What was found; boxes are ratios of the upright image." },
    { name = "enqueued_at", type = "string", comment = "RFC 3339, UTC; from_iso8601_timestamp reads it." },
    { name = "finished_at", type = "string", comment = "RFC 3339, UTC." },
    { name = "duration_ms", type = "bigint", comment = "From the first call to the record." },
    { name = "cost_usd", type = "double", comment = "What the model's calls cost by the price list." },
  ]
}
