# The machines of a fleet: how many, of which kind, and how they come and go.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  group        = "acme-test-faces-workers"
  prefix       = "acme-test"
  account      = { partition = "aws", region = "eu-west-1", id = "123456789012" }
  environment  = { MODEL = "{\"name\":\"faces\"}" }
  statements   = []
  tags         = { Model = "faces" }
  default_tags = { Project = "acme" }
  settings     = { architecture = "arm64", log_level = "INFO", log_retention_days = 30 }
  packages = {
    bucket  = { name = "artefacts", arn = "arn:aws:s3:::artefacts" }
    package = { key = "packages/aa/dayshift.zip", sha256 = "aa" }
    bundle  = { key = "packages/bb/worker.zip", sha256 = "bb" }
  }
  fleet = {
    vpc_id          = "vpc-0a1b2c3d4e5f67890"
    subnet_ids      = ["subnet-0a1b2c3d4e5f67890", "subnet-0f9e8d7c6b5a43210"]
    instance_types  = []
    maximum_workers = 19
    warm_pool_size  = 0
    spot_percent    = 0
    volume_gb       = 16
  }
}

run "one_type_on_demand_is_a_plain_group_from_none_to_the_maximum" {
  module {
    source = "./modules/fleet"
  }

  assert {
    condition = (
      aws_autoscaling_group.main.min_size == 0 && aws_autoscaling_group.main.max_size == 19 &&
      length(aws_autoscaling_group.main.launch_template) == 1 && length(aws_autoscaling_group.main.mixed_instances_policy) == 0 &&
      length(aws_autoscaling_group.main.warm_pool) == 0 && length(aws_autoscaling_group.main.instance_refresh) == 0
    )
    error_message = "got ${jsonencode(aws_autoscaling_group.main)}"
  }

  assert {
    condition     = aws_launch_template.main.instance_type == "c7g.large"
    error_message = "got ${aws_launch_template.main.instance_type}"
  }

  assert {
    condition     = endswith(aws_launch_template.main.image_id, "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64")
    error_message = "got ${aws_launch_template.main.image_id}"
  }
}

run "no_machine_begins_or_goes_without_being_waited_for" {
  module {
    source = "./modules/fleet"
  }

  assert {
    condition = jsonencode({
      for hook in aws_autoscaling_group.main.initial_lifecycle_hook : hook.name => [hook.lifecycle_transition, hook.default_result, hook.heartbeat_timeout]
      }) == jsonencode({
      launching   = ["autoscaling:EC2_INSTANCE_LAUNCHING", "ABANDON", 900]
      terminating = ["autoscaling:EC2_INSTANCE_TERMINATING", "CONTINUE", 150]
    })
    error_message = "got ${jsonencode(aws_autoscaling_group.main.initial_lifecycle_hook)}"
  }

  assert {
    condition = jsonencode({
      for hook in aws_autoscaling_group.main.initial_lifecycle_hook : hook.name => [hook.lifecycle_transition, hook.default_result, hook.heartbeat_timeout]
      }) == jsonencode({
      for hook in aws_autoscaling_lifecycle_hook.main : hook.name => [hook.lifecycle_transition, hook.default_result, hook.heartbeat_timeout]
    })
    error_message = "wanted the same two kept afterwards, got ${jsonencode(aws_autoscaling_lifecycle_hook.main)}"
  }

  assert {
    condition     = strcontains(output.contract.user_data, "--lifecycle-hook-name 'launching'") && strcontains(output.contract.user_data, "TimeoutStopSec=110")
    error_message = "wanted the boot to give up that very hook, and a stop within the terminating one, got ${output.contract.user_data}"
  }
}

run "the_owner_is_written_on_the_group_and_on_all_that_it_launches" {
  module {
    source = "./modules/fleet"
  }

  assert {
    condition = jsonencode({ for tag in aws_autoscaling_group.main.tag : tag.key => [tag.value, tag.propagate_at_launch] }) == jsonencode({
      Model = ["faces", true], Name = ["acme-test-faces-workers", true], Project = ["acme", true], "dayshift:deployment" = ["acme-test", true]
    })
    error_message = "got ${jsonencode(aws_autoscaling_group.main.tag)}"
  }

  assert {
    condition = alltrue([
      for specification in aws_launch_template.main.tag_specifications : specification.tags["dayshift:deployment"] == "acme-test" && specification.tags["Project"] == "acme"
    ]) && join(" ", sort(aws_launch_template.main.tag_specifications[*].resource_type)) == "instance network-interface volume"
    error_message = "got ${jsonencode(aws_launch_template.main.tag_specifications)}"
  }
}

run "on_x86_the_type_and_the_image_are_others" {
  module {
    source = "./modules/fleet"
  }

  variables {
    settings = { architecture = "x86_64", log_level = "INFO", log_retention_days = 30 }
  }

  assert {
    condition     = aws_launch_template.main.instance_type == "c6i.large" && endswith(aws_launch_template.main.image_id, "kernel-default-x86_64")
    error_message = "got ${aws_launch_template.main.instance_type} of ${aws_launch_template.main.image_id}"
  }
}

run "spot_takes_what_is_there_of_several_types" {
  module {
    source = "./modules/fleet"
  }

  variables {
    fleet = merge(var.fleet, { instance_types = ["c7g.large", "m7g.large"], spot_percent = 70, ami_parameter = "/acme/images/workers" })
  }

  assert {
    condition = jsonencode([
      for policy in aws_autoscaling_group.main.mixed_instances_policy : [
        policy.launch_template[0].override[*].instance_type,
        policy.instances_distribution[0].on_demand_base_capacity,
        policy.instances_distribution[0].on_demand_percentage_above_base_capacity,
        policy.instances_distribution[0].spot_allocation_strategy,
      ]
    ]) == jsonencode([[["c7g.large", "m7g.large"], 0, 30, "price-capacity-optimized"]])
    error_message = "got ${jsonencode(aws_autoscaling_group.main.mixed_instances_policy)}"
  }

  assert {
    condition     = length(aws_autoscaling_group.main.launch_template) == 0 && aws_launch_template.main.image_id == "resolve:ssm:/acme/images/workers"
    error_message = "got ${jsonencode(aws_autoscaling_group.main.launch_template)} and ${aws_launch_template.main.image_id}"
  }
}

run "a_warm_pool_takes_back_what_is_let_go_and_is_brought_up_to_date" {
  module {
    source = "./modules/fleet"
  }

  variables {
    fleet = merge(var.fleet, { warm_pool_size = 3 })
  }

  assert {
    condition = jsonencode([
      for pool in aws_autoscaling_group.main.warm_pool :
      [pool.pool_state, pool.min_size, pool.max_group_prepared_capacity, pool.instance_reuse_policy[0].reuse_on_scale_in]
    ]) == jsonencode([["Stopped", 0, 3, true]])
    error_message = "got ${jsonencode(aws_autoscaling_group.main.warm_pool)}"
  }

  assert {
    condition = jsonencode([
      for refresh in aws_autoscaling_group.main.instance_refresh :
      [refresh.strategy, refresh.preferences[0].scale_in_protected_instances, refresh.preferences[0].skip_matching]
    ]) == jsonencode([["Rolling", "Wait", true]])
    error_message = "got ${jsonencode(aws_autoscaling_group.main.instance_refresh)}"
  }
}

run "refuses_user_data_that_ec2_would_not_take" {
  command = plan

  module {
    source = "./modules/fleet"
  }

  variables {
    environment = { MODEL = join("", [for _ in range(1000) : "sixteen letters."]) }
  }

  expect_failures = [aws_launch_template.main]
}
