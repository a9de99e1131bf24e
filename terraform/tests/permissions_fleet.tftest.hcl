# Least privilege around fleets: exactly the actions of tests/contract/permissions.json, on what is the model's.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.models["faces"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:faces-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/faces-queue" }
}

override_resource {
  target = module.images.aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::images" }
}

override_resource {
  target = module.results.aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::results" }
}

override_resource {
  target = module.artefacts[0].aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::artefacts" }
}

override_resource {
  target = module.models["faces"].module.fleet[0].aws_cloudwatch_log_group.main
  values = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/dayshift/acme-dayshift-test-faces-workers" }
}

variables {
  name                = "acme-dayshift"
  environment         = "test"
  region              = "eu-west-1"
  api                 = {}
  package_file        = "./tests/mocks/package.txt"
  worker_package_file = "./tests/mocks/package.txt"
  models = {
    faces = {
      family       = "face_fleet"
      prefix       = "faces/"
      power        = "always_on"
      usd_per_hour = 0.0725
      options      = { gallery = "people/", fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } }
    }
  }
}

run "a_worker_has_exactly_the_actions_of_the_contract" {
  assert {
    condition = toset(flatten(module.models["faces"].worker_contract.statements[*].Action)) == toset(flatten([
      jsondecode(file("../tests/contract/permissions.json")).functions.worker.called,
      keys(jsondecode(file("../tests/contract/permissions.json")).functions.worker.implied),
      jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
    ]))
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/permissions.json")).functions.worker)}, got ${jsonencode(flatten(module.models["faces"].worker_contract.statements[*].Action))}"
  }
}

run "a_worker_reaches_its_own_queue_group_gate_images_gallery_and_results" {
  assert {
    condition = jsonencode({ for statement in module.models["faces"].worker_contract.statements : statement.Sid => statement.Resource }) == jsonencode({
      BeReadyAndBeSpared       = ["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/acme-dayshift-test-faces-workers"]
      FetchPackages            = [for file in ["dayshift", "worker"] : "arn:aws:s3:::artefacts/packages/${filesha256("./tests/mocks/package.txt")}/${file}.zip"]
      KeepIndexes              = ["arn:aws:s3:::results/_gallery/faces/*"]
      Log                      = ["arn:aws:logs:eu-west-1:123456789012:log-group:/dayshift/acme-dayshift-test-faces-workers:*"]
      ReadImages               = ["arn:aws:s3:::images/incoming/faces/*", "arn:aws:s3:::images/expanded/faces/*"]
      ReadRecords              = ["arn:aws:s3:::results/results/faces/*"]
      ReadTheGallery           = ["arn:aws:s3:::images/people/*"]
      SeeTheGate               = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/faces/gate"]
      TakeMessages             = ["arn:aws:sqs:eu-west-1:123456789012:faces-queue"]
      TellMissingFromForbidden = ["arn:aws:s3:::images"]
      TellMissingRecords       = ["arn:aws:s3:::results"]
      WriteRecords             = ["arn:aws:s3:::results/results/faces/*", "arn:aws:s3:::results/csv/faces/*"]
    })
    error_message = "got ${jsonencode({ for statement in module.models["faces"].worker_contract.statements : statement.Sid => statement.Resource })}"
  }
}

run "start_stop_and_reconcile_scale_the_group_and_write_its_gate_and_touch_no_mapping" {
  assert {
    condition = alltrue([
      for role, function in module.power : toset(flatten(function.contract.statements[*].Action)) == setsubtract(flatten([
        jsondecode(file("../tests/contract/permissions.json")).functions[role].called,
        jsondecode(file("../tests/contract/permissions.json")).families_power.face_fleet,
        jsondecode(file("../tests/contract/permissions.json")).gates.parameter,
        jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
        jsondecode(file("../tests/contract/permissions.json")).platform.traced,
      ]), jsondecode(file("../tests/contract/permissions.json")).gates.mapping)
    ])
    error_message = "got ${jsonencode(flatten(module.power["stop"].contract.statements[*].Action))}"
  }

  assert {
    condition = alltrue([
      for function in module.power : jsonencode({
        for statement in function.contract.statements : statement.Sid => statement.Resource if contains(["SeeGroups", "ScaleWorkers", "OpenAndCloseGates"], statement.Sid)
        }) == jsonencode({
        OpenAndCloseGates = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/faces/gate"]
        ScaleWorkers      = ["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/acme-dayshift-test-faces-workers"]
        SeeGroups         = ["*"]
      })
    ])
    error_message = "got ${jsonencode(module.power["stop"].contract.statements)}"
  }
}

run "a_fleet_within_its_hours_may_look_whether_anything_has_come_before_it_sleeps" {
  variables {
    models = {
      faces = {
        family       = "face_fleet"
        prefix       = "faces/"
        power        = "office_hours"
        hours        = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
        usd_per_hour = 0.0725
        options      = { gallery = "people/", fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } }
      }
    }
  }

  assert {
    condition = alltrue([
      for function in module.power : jsonencode([for statement in function.contract.statements : statement.Action if statement.Sid == "ReadHistory"]) == jsonencode([["cloudwatch:GetMetricData"]])
    ])
    error_message = "wanted cloudwatch:GetMetricData, without which the fleet never sleeps; got ${jsonencode(flatten(module.power["reconcile"].contract.statements[*].Action))}"
  }
}

run "the_backstop_may_set_that_number_and_do_nothing_else" {
  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_role_policy.backstop[0].policy).Statement : [statement.Action, statement.Resource]]) == jsonencode([
      [["autoscaling:SetDesiredCapacity"], ["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/acme-dayshift-test-faces-workers"]],
    ])
    error_message = "got ${aws_iam_role_policy.backstop[0].policy}"
  }
}

run "the_api_asks_no_model_and_reads_no_photo" {
  assert {
    condition     = !strcontains(jsonencode(module.api[0].contract.statements), "people/") && !strcontains(jsonencode(module.api[0].contract.statements), "autoscaling:")
    error_message = "got ${jsonencode(module.api[0].contract.statements)}"
  }
}

run "the_deployment_names_group_and_gallery_instead_of_a_labeler" {
  assert {
    condition = jsonencode({
      for field in ["family", "gallery", "group", "labeler", "mapping_uuid", "parameters"] : field => output.deployment.models.faces[field]
      }) == jsonencode({
      family       = "face_fleet"
      gallery      = "people/"
      group        = "acme-dayshift-test-faces-workers"
      labeler      = null
      mapping_uuid = null
      parameters   = "/acme-dayshift/test/models/faces"
    })
    error_message = "got ${jsonencode(output.deployment.models.faces)}"
  }

  assert {
    condition     = contains(jsondecode(aws_s3_object.index[0].content)[*].name, "faces") && strcontains(module.producer.contract.environment.ROUTES, "\"family\":\"face_fleet\"")
    error_message = "got ${aws_s3_object.index[0].content} and ${module.producer.contract.environment.ROUTES}"
  }
}

run "it_rings_when_machines_cannot_be_had_and_not_about_a_labeler" {
  assert {
    condition = jsonencode({
      for alarm in aws_cloudwatch_metric_alarm.short_of_workers : alarm.alarm_name => [alarm.evaluation_periods, alarm.threshold, [
        for query in alarm.metric_query : query.expression == null ? join(" ", [query.metric[0].metric_name, query.metric[0].stat, query.metric[0].period]) : query.expression
      ]]
      }) == jsonencode({
      acme-dayshift-test-faces-short-of-workers = [6, 0, ["wanted - there", "Workers Maximum 300", "WantedWorkers Minimum 300"]]
    })
    error_message = "got ${jsonencode(aws_cloudwatch_metric_alarm.short_of_workers)}"
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.errors), "faces-labeler")
    error_message = "got ${jsonencode(keys(aws_cloudwatch_metric_alarm.errors))}"
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.main[0].dashboard_body, "WantedWorkers") && strcontains(aws_cloudwatch_dashboard.main[0].dashboard_body, "acme-dayshift-test-faces-workers")
    error_message = "got ${aws_cloudwatch_dashboard.main[0].dashboard_body}"
  }
}
