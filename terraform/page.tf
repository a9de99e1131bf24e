####################################################################################################
# Page
####################################################################################################

# web/ as it lies, in a bucket that only CloudFront reads, and the API under /api of the same origin: so the browser needs no
# CORS for it, and the page's policy names no host but the bucket that images go to. docs/decisions/0017 says why so.

module "page" {
  source = "./modules/bucket"
  count  = local.has_page ? 1 : 0

  name                     = "${local.prefix}-page"
  expire_old_versions_days = var.retention_days.old_versions
  access_log_bucket        = var.access_log_bucket
  distribution             = { arn = aws_cloudfront_distribution.page[0].arn }
}

resource "aws_s3_object" "page" {
  for_each = local._page_files

  bucket        = module.page[0].name
  key           = each.key
  source        = "${local._web}/${each.key}"
  source_hash   = filemd5("${local._web}/${each.key}")
  content_type  = local._content_types[regex("[^.]+$", each.key)]
  cache_control = local._headers["Cache-Control"] # no name holds a hash, so a browser asks each time whether it is still so
}

# What the page has to know of where it is.
resource "aws_s3_object" "page_config" {
  count = local.has_page ? 1 : 0

  bucket        = module.page[0].name
  key           = "config.json"
  content       = jsonencode(local._page_config)
  content_type  = "application/json"
  cache_control = local._headers["Cache-Control"]
}

# The images go straight to their bucket, by a form that the API signed.
resource "aws_s3_bucket_cors_configuration" "images" {
  count = local.has_page ? 1 : 0

  bucket = module.images.name

  cors_rule {
    allowed_methods = ["POST"]
    allowed_origins = [local.page_origin]
    allowed_headers = ["content-type"]
    max_age_seconds = 600
  }
}

locals {
  has_page    = contains(["jwt", "open"], local._authentication) && try(var.api.page, false)
  page_origin = local.has_page ? "https://${var.api.domain == null ? aws_cloudfront_distribution.page[0].domain_name : var.api.domain.name}" : null

  _web        = "${path.module}/../web"
  _page_files = local.has_page ? setsubtract(fileset(local._web, "**"), ["headers.json"]) : toset([])

  _content_types = {
    css   = "text/css; charset=utf-8"
    html  = "text/html; charset=utf-8"
    js    = "text/javascript; charset=utf-8"
    json  = "application/json"
    png   = "image/png"
    svg   = "image/svg+xml"
    txt   = "text/plain; charset=utf-8"
    woff2 = "font/woff2"
  }

  _page_config = merge(
    { api = "/api", authentication = local._authentication },
    {
      for name, value in {
        issuer    = try(var.api.jwt.issuer, null)
        client_id = try(var.api.jwt.client_id, null)
        scope     = local._authentication == "jwt" ? join(" ", compact(["openid", try(var.api.jwt.operator_scope, null)])) : null
      } : name => value if value != null
    },
  )
}
