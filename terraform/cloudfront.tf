####################################################################################################
# CloudFront
####################################################################################################

resource "aws_cloudfront_distribution" "page" {
  #checkov:skip=CKV_AWS_310:All of Dayshift lies in one Region; a page that outlived it would have nothing to show.
  #checkov:skip=CKV2_AWS_47:A web ACL is 5 USD a month; api.web_acl_arn takes yours. Nothing behind this page is Java, so no Log4j.
  count = local.has_page ? 1 : 0

  comment             = "The page of ${local.prefix}, and its API under /api."
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = "PriceClass_100"
  default_root_object = "index.html"
  aliases             = var.api.domain[*].name
  web_acl_id          = var.api.web_acl_arn
  wait_for_deployment = false # it takes minutes to reach the edges, and nothing here waits for them

  origin {
    origin_id                = "page"
    domain_name              = module.page[0].domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.page[0].id
  }

  origin {
    origin_id   = "api"
    domain_name = trimprefix(aws_apigatewayv2_api.main[0].api_endpoint, "https://")

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id           = "page"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local._managed_policies["CachingOptimized"]
    response_headers_policy_id = aws_cloudfront_response_headers_policy.page[0].id
  }

  ordered_cache_behavior {
    path_pattern               = "/api/*"
    target_origin_id           = "api"
    viewer_protocol_policy     = "https-only" # a redirect would come too late for the token
    allowed_methods            = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local._managed_policies["CachingDisabled"]
    origin_request_policy_id   = local._managed_policies["AllViewerExceptHostHeader"] # the token too; API Gateway goes by its own host name
    response_headers_policy_id = aws_cloudfront_response_headers_policy.page[0].id
  }

  dynamic "logging_config" {
    for_each = var.api.log_bucket[*]

    content {
      bucket = "${logging_config.value}.s3.amazonaws.com"
      prefix = "${local.prefix}-page/"
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = length(var.api.countries) == 0 ? "none" : "whitelist"
      locations        = var.api.countries
    }
  }

  viewer_certificate {
    acm_certificate_arn            = one(var.api.domain[*].certificate_arn)
    cloudfront_default_certificate = var.api.domain == null
    minimum_protocol_version       = var.api.domain == null ? "TLSv1" : "TLSv1.2_2021" # CloudFront's own certificate knows no other
    ssl_support_method             = var.api.domain == null ? null : "sni-only"
  }
}

resource "aws_cloudfront_origin_access_control" "page" {
  count = local.has_page ? 1 : 0

  name                              = "${local.prefix}-page"
  description                       = "CloudFront signs what it asks of the page's bucket."
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# The headers of web/headers.json. CloudFront has a place of its own for some, and refuses them anywhere else.
resource "aws_cloudfront_response_headers_policy" "page" {
  #checkov:skip=CKV_AWS_259:A year, and all subdomains; whether browsers may preload a whole domain is for its owner to say.
  count = local.has_page ? 1 : 0

  name    = "${local.prefix}-page"
  comment = "What a browser may do with the page of ${local.prefix}."

  security_headers_config {
    content_security_policy {
      content_security_policy = replace(local._headers["Content-Security-Policy"], "{connect}", join(" ", local._connect))
      override                = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = local._headers["X-Frame-Options"]
      override     = true
    }

    referrer_policy {
      referrer_policy = local._headers["Referrer-Policy"]
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = tonumber(regex("max-age=([0-9]+)", local._headers["Strict-Transport-Security"])[0])
      include_subdomains         = strcontains(local._headers["Strict-Transport-Security"], "includeSubDomains")
      override                   = true
    }
  }

  custom_headers_config {
    dynamic "items" {
      for_each = { for name, value in local._headers : name => value if !contains(local._own_places, name) }

      content {
        header   = items.key
        value    = items.value
        override = true
      }
    }
  }
}

locals {
  _headers = jsondecode(file("${local._web}/headers.json"))

  # And Cache-Control, which is the objects' own: for answers of the API it would be wrong.
  _own_places = [
    "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security", "Cache-Control",
  ]

  # Where the page may go beside its own origin: to the bucket of images, by both of its names, and where people sign in.
  _connect = distinct(concat(
    ["https://${module.images.domain_name}", "https://${module.images.name}.s3.amazonaws.com"],
    regexall("^https?://[^/]+", try(var.api.jwt.issuer, "")),
    try(var.api.jwt.origins, []),
  ))

  # AWS's own policies have the same ids in every account: CloudFront Developer Guide, "Use managed cache policies" and
  # "Use managed origin request policies". Data sources would call AWS while planning.
  _managed_policies = {
    CachingOptimized          = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    CachingDisabled           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    AllViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  }
}
