####################################################################################################
# API and page
####################################################################################################

variable "api" {
  type = object({
    authentication = optional(string, "iam")
    jwt = optional(object({
      issuer         = string
      audience       = list(string)
      client_id      = optional(string)
      operator_scope = optional(string)
      origins        = optional(list(string), [])
    }))
    images_a_day        = optional(number, 1000)
    requests_per_second = optional(number, 20)
    burst               = optional(number, 40)

    page        = optional(bool, true)
    domain      = optional(object({ name = string, certificate_arn = string }))
    web_acl_arn = optional(string)
    log_bucket  = optional(string)
    countries   = optional(set(string), [])
  })
  description = <<-TEXT
    The HTTP API, and the web page in front of it. null: neither.
    authentication: who may call, on every route: "iam" (requests signed with AWS keys; who has which, IAM decides), "jwt" (tokens of an OpenID Connect issuer) or "open" (anybody; for demonstrations: nobody may switch a model on or off then).
    jwt: issuer, as its tokens name it; audience, any of which a token must be for; client_id, the public client by which the page signs people in; operator_scope, without which nobody switches models on and off (left out: everybody who is signed in may); origins, of what else the page must reach to sign in, if the token endpoint is on another host than the issuer.
    images_a_day: images that one caller may send in a day (UTC), 1 to 1000000. requests_per_second and burst: the most that a route takes, of all callers together, 1 to 10000 and 1 to 5000.
    page: whether there is a page, which people sign in to by jwt or may use as it is where it is open; with iam there is none.
    domain: name and certificate (ACM, in us-east-1) of the page; left out, CloudFront names it. web_acl_arn: a web ACL of AWS WAF (CLOUDFRONT scope). log_bucket: an existing bucket for CloudFront's access logs, whose ACLs must be on. countries: from which alone the page may be used, as ISO codes; none: from all.
    Examples: {} for programs with AWS keys; { authentication = "open" } for a demonstration; examples/web.tfvars for people.
  TEXT
  default     = null

  validation {
    condition     = var.api == null ? true : contains(["iam", "jwt", "open"], var.api.authentication)
    error_message = "api.authentication must be \"iam\", \"jwt\" or \"open\"; got ${jsonencode(try(var.api.authentication, null))}."
  }

  validation {
    condition     = var.api == null ? true : (var.api.authentication == "jwt") == (var.api.jwt != null)
    error_message = "api.jwt must be given for authentication \"jwt\", and for it alone, for example { issuer = \"https://login.example.com/\", audience = [\"dayshift\"], client_id = \"dayshift-page\" }; got authentication ${jsonencode(try(var.api.authentication, null))} and jwt ${jsonencode(try(var.api.jwt, null))}."
  }

  validation {
    # Plain HTTP for an issuer on the same machine only, which AWS would refuse.
    condition     = try(var.api.jwt, null) == null ? true : can(regex("^(https://[A-Za-z0-9.-]+|http://(127\\.0\\.0\\.1|localhost))(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$", var.api.jwt.issuer))
    error_message = "api.jwt.issuer must be the https address that tokens name in \"iss\", for example \"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1b2c3d4e\"; got ${jsonencode(try(var.api.jwt.issuer, null))}."
  }

  validation {
    condition     = try(var.api.jwt, null) == null ? true : length(var.api.jwt.audience) > 0 && alltrue([for name in var.api.jwt.audience : can(regex("^[^[:space:]]+$", name))])
    error_message = "api.jwt.audience must name at least one audience or client, for example [\"dayshift\"]; got ${jsonencode(try(var.api.jwt.audience, null))}."
  }

  validation {
    condition     = try(var.api.jwt, null) == null ? true : !var.api.page || var.api.jwt.client_id != null
    error_message = "api.jwt.client_id must be given, or page = false: the page signs people in as that client of the issuer, for example \"dayshift-page\"; got ${jsonencode(try(var.api.jwt.client_id, null))}."
  }

  validation {
    condition     = try(var.api.jwt.operator_scope, null) == null ? true : can(regex("^[!#-\\[\\]-~]+$", var.api.jwt.operator_scope))
    error_message = "api.jwt.operator_scope must be one scope of OAuth, for example \"dayshift/operate\"; got ${jsonencode(try(var.api.jwt.operator_scope, null))}."
  }

  validation {
    condition     = alltrue([for origin in try(var.api.jwt.origins, []) : can(regex("^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?$", origin))])
    error_message = "api.jwt.origins must be https origins without a path, for example [\"https://acme.auth.eu-west-1.amazoncognito.com\"]; got ${jsonencode(try(var.api.jwt.origins, null))}."
  }

  validation {
    condition     = var.api == null ? true : var.api.images_a_day >= 1 && var.api.images_a_day <= 1000000 && var.api.images_a_day == floor(var.api.images_a_day)
    error_message = "api.images_a_day must be a whole number from 1 to 1000000, for example 1000; got ${jsonencode(try(var.api.images_a_day, null))}."
  }

  validation {
    condition     = var.api == null ? true : var.api.requests_per_second >= 1 && var.api.requests_per_second <= 10000
    error_message = "api.requests_per_second must be from 1 to 10000, for example 20; got ${jsonencode(try(var.api.requests_per_second, null))}."
  }

  validation {
    condition     = var.api == null ? true : var.api.burst >= 1 && var.api.burst <= 5000 && var.api.burst == floor(var.api.burst)
    error_message = "api.burst must be a whole number from 1 to 5000, for example 40; got ${jsonencode(try(var.api.burst, null))}."
  }

  ####################################################################################################
  # Page
  ####################################################################################################

  validation {
    condition     = try(var.api.domain, null) == null ? true : can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.api.domain.name))
    error_message = "api.domain.name must be a host name in small letters, for example \"images.example.com\"; got ${jsonencode(try(var.api.domain.name, null))}."
  }

  validation {
    condition     = try(var.api.domain, null) == null ? true : can(regex("^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.api.domain.certificate_arn))
    error_message = "api.domain.certificate_arn must be a certificate of ACM in us-east-1, where CloudFront looks for it, for example \"arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode(try(var.api.domain.certificate_arn, null))}."
  }

  validation {
    condition     = try(var.api.web_acl_arn, null) == null ? true : can(regex("^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/[A-Za-z0-9_-]+/[a-z0-9-]+$", var.api.web_acl_arn))
    error_message = "api.web_acl_arn must be a web ACL of AWS WAF with the scope CLOUDFRONT, for example \"arn:aws:wafv2:us-east-1:123456789012:global/webacl/page/1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode(try(var.api.web_acl_arn, null))}."
  }

  validation {
    condition     = try(var.api.log_bucket, null) == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.api.log_bucket))
    error_message = "api.log_bucket must be a bucket's name, for example \"acme-cloudfront-logs\"; got ${jsonencode(try(var.api.log_bucket, null))}."
  }

  validation {
    condition     = alltrue([for country in try(var.api.countries, []) : can(regex("^[A-Z]{2}$", country))])
    error_message = "api.countries must be ISO 3166 codes of two capitals, for example [\"DE\", \"AT\"]; got ${jsonencode(try(var.api.countries, null))}."
  }

  validation {
    condition = var.api == null ? true : (var.api.page && var.api.authentication != "iam") || (
      length(compact([try(var.api.domain.name, null), var.api.web_acl_arn, var.api.log_bucket])) + length(var.api.countries) == 0
    )
    error_message = "api.domain, web_acl_arn, log_bucket and countries are the page's, which needs page = true and authentication \"jwt\" or \"open\"; got ${jsonencode(try({ page = var.api.page, authentication = var.api.authentication }, null))}."
  }
}
