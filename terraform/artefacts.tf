####################################################################################################
# Artefacts
####################################################################################################

# What a worker fetches in its first minute: the package of the functions, and the bundle with Python's packages and the
# model's files. Only where there is a fleet. Other bytes lie under another key, so a machine boots from the two that belong
# together, whatever is applied meanwhile.

module "artefacts" {
  source = "./modules/bucket"
  count  = local.has_fleet ? 1 : 0

  name                     = "${local.prefix}-artefacts"
  expire_old_versions_days = var.retention_days.old_versions
  kms_key                  = local.kms_key
  access_log_bucket        = var.access_log_bucket
}

resource "aws_s3_object" "package" {
  for_each = local._artefacts

  bucket     = module.artefacts[0].name
  key        = each.value.key
  source     = each.value.file
  kms_key_id = local.kms_key == null ? null : local.kms_key.arn

  lifecycle {
    create_before_destroy = true # the old ones go when no new machine asks for them any more
  }
}

locals {
  fleets    = sort([for name, model in var.models : name if model.family == "face_fleet"])
  has_fleet = length(local.fleets) > 0

  _artefacts = {
    for name, file in { package = var.package_file, bundle = local.worker_package_file } : name => {
      file                      = file
      key                       = "packages/${filesha256(file)}/${name == "package" ? "dayshift" : "worker"}.zip"
      sha256                    = filesha256(file)
    } if local.has_fleet
  }

  packages = !local.has_fleet ? null : {
    bucket  = { name = module.artefacts[0].name, arn = module.artefacts[0].arn }
    package = { key = aws_s3_object.package["package"].key, sha256 = local._artefacts["package"].sha256 }
    bundle  = { key = aws_s3_object.package["bundle"].key, sha256 = local._artefacts["bundle"].sha256 }
  }

  worker_package_file = coalesce(var.worker_package_file, "../dist/dayshift-worker-${var.architecture}.zip")
}
