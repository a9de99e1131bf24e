# Mistakes in the values of API and page are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }
}

run "refuses_an_authentication_that_there_is_not" {
  command = plan

  variables {
    api = { authentication = "basic" }
  }

  expect_failures = [var.api]
}

run "refuses_jwt_without_an_issuer" {
  command = plan

  variables {
    api = { authentication = "jwt" }
  }

  expect_failures = [var.api]
}

run "refuses_an_issuer_where_nobody_asks_for_tokens" {
  command = plan

  variables {
    api = { authentication = "iam", jwt = { issuer = "https://login.example.com/", audience = ["dayshift"], client_id = "page" } }
  }

  expect_failures = [var.api]
}

run "refuses_an_issuer_without_tls" {
  command = plan

  variables {
    api = { authentication = "jwt", jwt = { issuer = "http://login.example.com/", audience = ["dayshift"], client_id = "page" } }
  }

  expect_failures = [var.api]
}

run "refuses_tokens_for_anybody" {
  command = plan

  variables {
    api = { authentication = "jwt", jwt = { issuer = "https://login.example.com/", audience = [], client_id = "page" } }
  }

  expect_failures = [var.api]
}

run "refuses_a_page_that_nobody_can_sign_in_to" {
  command = plan

  variables {
    api = { authentication = "jwt", jwt = { issuer = "https://login.example.com/", audience = ["dayshift"] } }
  }

  expect_failures = [var.api]
}

run "refuses_two_scopes_for_one" {
  command = plan

  variables {
    api = { authentication = "jwt", jwt = { issuer = "https://login.example.com/", audience = ["dayshift"], client_id = "page", operator_scope = "on off" } }
  }

  expect_failures = [var.api]
}

run "refuses_an_origin_with_a_path" {
  command = plan

  variables {
    api = { authentication = "jwt", jwt = { issuer = "https://login.example.com/", audience = ["dayshift"], client_id = "page", origins = ["https://tokens.example.com/token"] } }
  }

  expect_failures = [var.api]
}

run "refuses_an_origin_that_ends_the_pages_policy" {
  command = plan

  variables {
    api = { authentication = "jwt", jwt = { issuer = "https://login.example.com/", audience = ["dayshift"], client_id = "page", origins = ["https://a.example; script-src *"] } }
  }

  expect_failures = [var.api]
}

run "refuses_no_image_at_all" {
  command = plan

  variables {
    api = { images_a_day = 0 }
  }

  expect_failures = [var.api]
}

run "refuses_half_an_image" {
  command = plan

  variables {
    api = { images_a_day = 10.5 }
  }

  expect_failures = [var.api]
}

run "refuses_no_limit_of_requests" {
  command = plan

  variables {
    api = { requests_per_second = 0 }
  }

  expect_failures = [var.api]
}

run "refuses_a_burst_above_the_accounts" {
  command = plan

  variables {
    api = { burst = 5001 }
  }

  expect_failures = [var.api]
}

run "refuses_a_domain_with_a_scheme" {
  command = plan

  variables {
    api = { authentication = "open", domain = { name = "https://images.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" } }
  }

  expect_failures = [var.api]
}

run "refuses_a_certificate_where_cloudfront_does_not_look" {
  command = plan

  variables {
    api = { authentication = "open", domain = { name = "images.example.com", certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" } }
  }

  expect_failures = [var.api]
}

run "refuses_a_regional_web_acl" {
  command = plan

  variables {
    api = { authentication = "open", web_acl_arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/page/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  expect_failures = [var.api]
}

run "refuses_a_log_bucket_by_its_arn" {
  command = plan

  variables {
    api = { authentication = "open", log_bucket = "arn:aws:s3:::acme-logs" }
  }

  expect_failures = [var.api]
}

run "refuses_a_country_by_its_name" {
  command = plan

  variables {
    api = { authentication = "open", countries = ["Germany"] }
  }

  expect_failures = [var.api]
}

run "refuses_a_domain_where_there_is_no_page" {
  command = plan

  variables {
    api = { authentication = "iam", domain = { name = "images.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" } }
  }

  expect_failures = [var.api]
}
