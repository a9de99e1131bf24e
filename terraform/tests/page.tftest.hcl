# The page: its files in a bucket that only CloudFront reads, its headers, the API under its own origin.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.images.aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::acme-dayshift-test-images", bucket_regional_domain_name = "acme-dayshift-test-images.s3.eu-west-1.amazonaws.com" }
}

override_resource {
  target = module.page[0].aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::acme-dayshift-test-page", bucket_regional_domain_name = "acme-dayshift-test-page.s3.eu-west-1.amazonaws.com" }
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }
  api = {
    authentication = "jwt"
    jwt = {
      issuer         = "https://login.example.com/pool"
      audience       = ["dayshift"]
      client_id      = "dayshift-page"
      operator_scope = "dayshift/operate"
      origins        = ["https://tokens.example.com"]
    }
  }
}

run "every_file_of_the_page_is_there_with_its_type_and_its_age" {
  assert {
    condition = jsonencode(sort(keys(aws_s3_object.page))) == jsonencode(sort(tolist(
      setsubtract(fileset("../web", "**"), ["headers.json"])
    )))
    error_message = "got ${jsonencode(keys(aws_s3_object.page))}"
  }

  assert {
    condition = (
      aws_s3_object.page["index.html"].content_type == "text/html; charset=utf-8" && aws_s3_object.page["style.css"].content_type == "text/css; charset=utf-8" &&
      alltrue([for key, file in aws_s3_object.page : file.content_type == "text/javascript; charset=utf-8" if endswith(key, ".js")]) &&
      alltrue([for file in aws_s3_object.page : file.cache_control == "no-cache" && file.bucket == module.page[0].name])
    )
    error_message = "got ${jsonencode({ for key, file in aws_s3_object.page : key => [file.content_type, file.cache_control] })}"
  }
}

run "the_page_is_told_where_its_api_is_and_where_people_sign_in" {
  assert {
    condition = jsonencode(jsondecode(aws_s3_object.page_config[0].content)) == jsonencode({
      api            = "/api"
      authentication = "jwt"
      client_id      = "dayshift-page"
      issuer         = "https://login.example.com/pool"
      scope          = "openid dayshift/operate"
    })
    error_message = "got ${aws_s3_object.page_config[0].content}"
  }

  assert {
    condition     = aws_s3_object.page_config[0].key == "config.json" && output.api.page_url == "https://d111111abcdef8.cloudfront.net"
    error_message = "got ${aws_s3_object.page_config[0].key} and ${jsonencode(output.api)}"
  }
}

run "an_open_page_is_told_of_nobody_to_sign_in_to" {
  variables {
    api = { authentication = "open" }
  }

  assert {
    condition     = jsonencode(jsondecode(aws_s3_object.page_config[0].content)) == jsonencode({ api = "/api", authentication = "open" })
    error_message = "got ${aws_s3_object.page_config[0].content}"
  }
}

run "only_our_distribution_reads_the_bucket" {
  assert {
    condition = jsonencode([
      for statement in module.page[0].policy.Statement : statement if statement.Effect == "Allow"
      ]) == jsonencode([{
        Action    = "s3:GetObject"
        Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7" } }
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Resource  = "arn:aws:s3:::acme-dayshift-test-page/*"
        Sid       = "OurDistributionReads"
    }])
    error_message = "got ${jsonencode(module.page[0].policy)}"
  }

  assert {
    condition = (
      aws_cloudfront_origin_access_control.page[0].signing_behavior == "always" && aws_cloudfront_origin_access_control.page[0].signing_protocol == "sigv4" &&
      join(" ", [for origin in aws_cloudfront_distribution.page[0].origin : origin.domain_name if origin.origin_access_control_id == aws_cloudfront_origin_access_control.page[0].id]) == "acme-dayshift-test-page.s3.eu-west-1.amazonaws.com"
    )
    error_message = "got ${jsonencode(aws_cloudfront_distribution.page[0].origin)}"
  }
}

run "the_api_is_under_the_pages_own_origin_never_cached_and_by_https_alone" {
  assert {
    condition = jsonencode([
      for behaviour in aws_cloudfront_distribution.page[0].ordered_cache_behavior :
      [behaviour.path_pattern, behaviour.target_origin_id, behaviour.viewer_protocol_policy, behaviour.cache_policy_id, behaviour.origin_request_policy_id]
    ]) == jsonencode([["/api/*", "api", "https-only", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"]])
    error_message = "got ${jsonencode(aws_cloudfront_distribution.page[0].ordered_cache_behavior)}"
  }

  assert {
    condition = jsonencode([
      for origin in aws_cloudfront_distribution.page[0].origin : [origin.domain_name, origin.custom_origin_config[0].origin_protocol_policy] if origin.origin_id == "api"
    ]) == jsonencode([["a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "https-only"]])
    error_message = "got ${jsonencode(aws_cloudfront_distribution.page[0].origin)}"
  }
}

run "the_headers_are_those_of_the_page_and_name_the_only_places_it_may_go" {
  assert {
    condition = aws_cloudfront_response_headers_policy.page[0].security_headers_config[0].content_security_policy[0].content_security_policy == replace(
      jsondecode(file("../web/headers.json"))["Content-Security-Policy"], "{connect}",
      "https://acme-dayshift-test-images.s3.eu-west-1.amazonaws.com https://acme-dayshift-test-images.s3.amazonaws.com https://login.example.com https://tokens.example.com",
    )
    error_message = "got ${aws_cloudfront_response_headers_policy.page[0].security_headers_config[0].content_security_policy[0].content_security_policy}"
  }

  assert {
    condition = jsonencode(sort(concat(
      [for item in tolist(aws_cloudfront_response_headers_policy.page[0].custom_headers_config[0].items) : item.header],
      ["Cache-Control", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options"],
    ))) == jsonencode(sort(keys(jsondecode(file("../web/headers.json")))))
    error_message = "wanted every header of web/headers.json once, got ${jsonencode(aws_cloudfront_response_headers_policy.page[0])}"
  }

  assert {
    condition = (
      aws_cloudfront_response_headers_policy.page[0].security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 31536000 &&
      aws_cloudfront_distribution.page[0].default_cache_behavior[0].response_headers_policy_id == aws_cloudfront_response_headers_policy.page[0].id &&
      aws_cloudfront_distribution.page[0].default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https"
    )
    error_message = "got ${jsonencode(aws_cloudfront_distribution.page[0].default_cache_behavior)}"
  }
}

run "images_are_taken_from_the_page_and_from_no_other_and_not_by_an_old_signature" {
  assert {
    condition = jsonencode([
      for rule in aws_s3_bucket_cors_configuration.images[0].cors_rule : [rule.allowed_origins, rule.allowed_methods, rule.allowed_headers, rule.max_age_seconds]
    ]) == jsonencode([[["https://d111111abcdef8.cloudfront.net"], ["POST"], ["content-type"], 600]])
    error_message = "got ${jsonencode(aws_s3_bucket_cors_configuration.images[0].cors_rule)}"
  }

  assert {
    condition = jsonencode([
      for statement in module.images.policy.Statement : [statement.Effect, statement.Principal, statement.Action, statement.Resource, statement.Condition] if statement.Sid == "DenyOldSignatures"
    ]) == jsonencode([["Deny", "*", "s3:PutObject", "arn:aws:s3:::acme-dayshift-test-images/*", { NumericGreaterThan = { "s3:signatureAge" = "600000" } }]])
    error_message = "got ${jsonencode(module.images.policy)}"
  }

  assert {
    condition     = length([for statement in module.results.policy.Statement : statement if statement.Sid == "DenyOldSignatures"]) == 0
    error_message = "got ${jsonencode(module.results.policy)}"
  }
}

run "a_domain_of_ones_own_is_the_pages_origin_and_asks_for_new_tls" {
  variables {
    api = {
      authentication = "open"
      domain = {
        name            = "images.example.com"
        certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
      countries = ["DE"]
    }
  }

  assert {
    condition = (
      output.api.page_url == "https://images.example.com" && join(" ", flatten([for rule in aws_s3_bucket_cors_configuration.images[0].cors_rule : tolist(rule.allowed_origins)])) == "https://images.example.com" &&
      join(" ", aws_cloudfront_distribution.page[0].aliases) == "images.example.com" &&
      aws_cloudfront_distribution.page[0].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" &&
      aws_cloudfront_distribution.page[0].restrictions[0].geo_restriction[0].restriction_type == "whitelist"
    )
    error_message = "got ${jsonencode(aws_cloudfront_distribution.page[0])}"
  }
}

run "for_callers_with_aws_keys_there_is_no_page" {
  variables {
    api = { authentication = "iam" }
  }

  assert {
    condition     = length(module.page) + length(aws_cloudfront_distribution.page) + length(aws_s3_object.page) + length(aws_s3_bucket_cors_configuration.images) == 0 && output.api.page_url == null
    error_message = "wanted none, got ${jsonencode(output.api)}"
  }
}
