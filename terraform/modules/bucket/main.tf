####################################################################################################
# Bucket
####################################################################################################

resource "aws_s3_bucket" "main" {
  #checkov:skip=CKV_AWS_144:Images are transient and results can be computed again; another Region would double the bill.
  #checkov:skip=CKV2_AWS_62:Images notify the producer (buckets.tf). Results must notify nobody: that would be a loop.
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "main" {
  bucket = aws_s3_bucket.main.id

  versioning_configuration {
    status = "Enabled" # an image is one version of an object: what was enqueued is what is read
  }
}

resource "aws_s3_bucket_logging" "main" {
  count = var.access_log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.main.id
  target_bucket = var.access_log_bucket
  target_prefix = "${var.name}/"
}

####################################################################################################
# Encryption
####################################################################################################

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    bucket_key_enabled = var.kms_key == null ? null : true # one request to the key for many objects

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key == null ? null : var.kms_key.arn
    }
  }
}

####################################################################################################
# Access
####################################################################################################

resource "aws_s3_bucket_ownership_controls" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  bucket = aws_s3_bucket.main.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.main.arn, "${aws_s3_bucket.main.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "DenyOldTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.main.arn, "${aws_s3_bucket.main.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      ],
      [
        for seconds in var.maximum_signature_age_seconds[*] : {
          # S3 counts milliseconds. A key that was stolen with its signature is of no use for long.
          Sid       = "DenyOldSignatures"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "${aws_s3_bucket.main.arn}/*"
          Condition = { NumericGreaterThan = { "s3:signatureAge" = tostring(seconds * 1000) } }
        }
      ],
      [
        for distribution in var.distribution[*] : {
          Sid       = "OurDistributionReads"
          Effect    = "Allow"
          Principal = { Service = "cloudfront.amazonaws.com" }
          Action    = "s3:GetObject"
          Resource  = "${aws_s3_bucket.main.arn}/*"
          Condition = { StringEquals = { "aws:SourceArn" = distribution.arn } }
        }
    ])
  })

  depends_on = [aws_s3_bucket_public_access_block.main] # S3 refuses two changes of a bucket's access at once
}

####################################################################################################
# Lifecycle
####################################################################################################

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    id     = "tidy"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    noncurrent_version_expiration {
      noncurrent_days = var.expire_old_versions_days
    }
  }

  dynamic "rule" {
    for_each = merge({ for prefix in var.expire_under : prefix => var.expire_days if var.expire_days != null }, var.expire_sooner)

    content {
      id     = trimsuffix("expire-${trimsuffix(rule.key, "/")}", "-")
      status = "Enabled"

      filter {
        prefix = rule.key == "" ? null : rule.key
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.main]
}
