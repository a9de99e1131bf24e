####################################################################################################
# SageMaker
####################################################################################################

# What an endpoint is made from. The endpoint itself is the running system's: a start creates it, a stop deletes it, and
# Terraform knows nothing of it (docs/decisions/0015).

resource "aws_sagemaker_model" "variant" {
  #checkov:skip=CKV_AWS_370:All have it but serverless ones, for which SageMaker offers none; the plan is looked at for it.
  for_each = local._variants

  name                     = each.value.model_name
  execution_role_arn       = aws_iam_role.endpoint[0].arn
  enable_network_isolation = each.value.serverless == null
  tags                     = merge(local.tags, { Variant = each.key })

  primary_container {
    image          = each.value.image
    model_data_url = each.value.model_data_url
    environment    = each.value.environment
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.endpoint] # SageMaker looks for the model's data when the model is made
}

# No data_capture_config: images and answers are kept once, in our buckets.
resource "aws_sagemaker_endpoint_configuration" "main" {
  count = local._is_endpoint ? 1 : 0

  name        = local._configuration
  kms_key_arn = local._volume_key_arn
  tags        = local.tags

  dynamic "production_variants" {
    for_each = local._variants

    content {
      variant_name           = production_variants.key
      model_name             = aws_sagemaker_model.variant[production_variants.key].name
      initial_variant_weight = production_variants.value.weight
      instance_type          = production_variants.value.instance_type
      initial_instance_count = production_variants.value.serverless == null ? production_variants.value.instance_count : null

      dynamic "serverless_config" {
        for_each = production_variants.value.serverless[*]

        content {
          memory_size_in_mb = serverless_config.value.memory_mb
          max_concurrency   = serverless_config.value.maximum_concurrency
        }
      }
    }
  }

  dynamic "async_inference_config" {
    for_each = local._asynchronous[*]

    content {
      output_config {
        s3_output_path  = "s3://${async_inference_config.value.bucket}/${async_inference_config.value.prefix}answers/"
        s3_failure_path = "s3://${async_inference_config.value.bucket}/${async_inference_config.value.prefix}failures/"
        kms_key_id      = var.kms_key == null ? null : var.kms_key.arn
      }
    }
  }

  lifecycle {
    create_before_destroy = true # so that what names the old one names the new one before the old one goes
  }
}

# One class a line. Another content has another key, so that a labeler never finds half of a change.
resource "aws_s3_object" "classes" {
  for_each = local._classes

  bucket       = var.results_bucket.name
  key          = "_models/${var.name}/classes-${substr(sha256(each.value), 0, 8)}.txt"
  content      = each.value
  content_type = "text/plain; charset=utf-8"
  kms_key_id   = var.kms_key == null ? null : var.kms_key.arn
  tags         = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  _endpoint      = var.model.options.endpoint # null for other families
  _is_endpoint   = var.model.family == "sagemaker"
  _endpoint_name = "${var.prefix}-${var.name}"

  _variants = {
    for name, variant in try(local._endpoint.variants, {}) : name => merge(variant, {
      model_name = "${local._endpoint_name}-${substr(sha256(jsonencode([name, variant.image, variant.model_data_url, variant.environment, variant.serverless == null])), 0, 8)}"
    })
  }
  _is_serverless = alltrue([for variant in values(local._variants) : variant.serverless != null])

  # AWS keeps a configuration as it was made. So its name holds a hash of all it says: another content is another one.
  _configuration = "${local._endpoint_name}-${substr(sha256(jsonencode([local._variants, local._asynchronous, local._volume_key, var.kms_key == null ? null : var.kms_key.known_as])), 0, 8)}"

  # The key of the instances' volumes, as it is known while planning, and its ARN: the endpoint's own, else the deployment's.
  # Without instances there is no volume.
  _own_key        = try(local._endpoint.kms_key_arn, null)
  _volume_key     = local._is_serverless ? null : local._own_key != null ? local._own_key : try(var.kms_key.known_as, null)
  _volume_key_arn = local._volume_key == null ? null : local._own_key != null ? local._own_key : var.kms_key.arn

  _asynchronous = try(local._endpoint.asynchronous, false) ? { bucket = var.results_bucket.name, prefix = "_async/${var.name}/" } : null
  _classes      = { for path in compact([try(local._endpoint.classes_file, null), try(var.job.batch_transform.classes_file, null)]) : "file" => file(path) }
}
