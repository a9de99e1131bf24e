####################################################################################################
# Fleet
####################################################################################################

# Workers by number. How many there are is the running system's: reconcile sets the desired capacity, by what waits.
resource "aws_autoscaling_group" "main" {
  name                      = var.group
  min_size                  = 0
  max_size                  = var.fleet.maximum_workers
  vpc_zone_identifier       = var.fleet.subnet_ids
  health_check_type         = "EC2"
  wait_for_capacity_timeout = "0"                                 # an apply launches nothing, so there is nothing to wait for
  termination_policies      = ["OldestLaunchTemplate", "Default"] # what is out of date goes first
  max_instance_lifetime     = 604800                              # a week: who is always on gets the newest image too
  force_delete_warm_pool    = true                                # its machines are stopped and hold nothing
  suspended_processes       = ["AZRebalance"]                     # docs/decisions/0022

  dynamic "launch_template" {
    for_each = local._is_mixed ? [] : [aws_launch_template.main]

    content {
      id      = launch_template.value.id
      version = launch_template.value.latest_version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = local._is_mixed ? [aws_launch_template.main] : []

    content {
      launch_template {
        launch_template_specification {
          launch_template_id = mixed_instances_policy.value.id
          version            = mixed_instances_policy.value.latest_version
        }

        dynamic "override" {
          for_each = local.instance_types

          content {
            instance_type = override.value
          }
        }
      }

      instances_distribution {
        on_demand_allocation_strategy            = "prioritized" # the types in their order, the next where one is not to be had
        on_demand_base_capacity                  = 0
        on_demand_percentage_above_base_capacity = 100 - var.fleet.spot_percent
        spot_allocation_strategy                 = "price-capacity-optimized"
      }
    }
  }

  # With the group itself, so that no machine ever begins without.
  dynamic "initial_lifecycle_hook" {
    for_each = local.hooks

    content {
      name                 = initial_lifecycle_hook.key
      lifecycle_transition = initial_lifecycle_hook.value.transition
      default_result       = initial_lifecycle_hook.value.default_result
      heartbeat_timeout    = initial_lifecycle_hook.value.seconds
    }
  }

  dynamic "warm_pool" {
    for_each = local._is_warm ? [var.fleet.warm_pool_size] : []

    content {
      pool_state                  = "Stopped"
      min_size                    = 0
      max_group_prepared_capacity = warm_pool.value # those at work included: never more volumes than that

      instance_reuse_policy {
        reuse_on_scale_in = true
      }
    }
  }

  # Who waits stopped would wake as what it was. All others live for minutes, and the next has the new version.
  dynamic "instance_refresh" {
    for_each = local._is_warm ? [1] : []

    content {
      strategy = "Rolling"

      preferences {
        skip_matching                = true
        scale_in_protected_instances = "Wait" # protection is let go of once a minute
      }
    }
  }

  dynamic "tag" {
    for_each = local.machine_tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    ignore_changes = [desired_capacity] # the running system owns it: an apply neither launches nor terminates
  }

  depends_on = [aws_iam_role_policy.main] # a machine asks for its packages in its first minute
}

# The same two, since the provider looks at those of the group only once, when it makes it.
resource "aws_autoscaling_lifecycle_hook" "main" {
  for_each = local.hooks

  name                   = each.key
  autoscaling_group_name = aws_autoscaling_group.main.name
  lifecycle_transition   = each.value.transition
  default_result         = each.value.default_result
  heartbeat_timeout      = each.value.seconds
}

resource "aws_launch_template" "main" {
  name                   = var.group
  description            = "Workers of ${var.group}."
  image_id               = "resolve:ssm:${local.ami_parameter}" # looked up at each launch: nothing to bake, nothing to bring up to date
  instance_type          = local.instance_types[0]
  user_data              = base64encode(local.user_data)
  update_default_version = true
  tags                   = var.tags

  iam_instance_profile {
    arn = aws_iam_instance_profile.main.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  network_interfaces {
    associate_public_ip_address = false
    delete_on_termination       = true
    security_groups             = [aws_security_group.main.id]
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      # By AWS's own key: Auto Scaling may use another only if that key's policy names its role. No image is ever written here.
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = var.fleet.volume_gb
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "network-interface", "volume"]

    content {
      resource_type = tag_specifications.value
      tags          = local.machine_tags
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.user_data) <= 16384
      error_message = "The user data of ${var.group} must have at most 16,384 bytes, EC2's limit, for example by fewer words in modules/fleet/user_data.sh.tftpl; got ${length(local.user_data)}."
    }
  }
}

locals {
  # By the names that the workers know them by (lambda_src/dayshift/adapters/instance.py).
  hooks = {
    # InService means that its worker has loaded its model; one that has not within a quarter of an hour is replaced.
    launching = { transition = "autoscaling:EC2_INSTANCE_LAUNCHING", default_result = "ABANDON", seconds = 900 }
    # A worker has 110 s for the images in its hands (user_data.tf), and tells when it has done.
    terminating = { transition = "autoscaling:EC2_INSTANCE_TERMINATING", default_result = "CONTINUE", seconds = 150 }
  }

  instance_types = coalescelist(var.fleet.instance_types, [{ arm64 = "c7g.large", x86_64 = "c6i.large" }[var.settings.architecture]])
  ami_parameter  = coalesce(var.fleet.ami_parameter, "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${var.settings.architecture}")

  # One type, on demand, needs no policy; and a group with a warm pool may have none.
  _is_mixed = length(local.instance_types) > 1 || var.fleet.spot_percent > 0
  _is_warm  = var.fleet.warm_pool_size > 0

  # The provider's default tags reach neither machines nor their volumes. The owner's tag is what reconcile looks at.
  machine_tags = merge(var.default_tags, var.tags, { Name = var.group, "dayshift:deployment" = var.prefix })
}

####################################################################################################
# Log
####################################################################################################

resource "aws_cloudwatch_log_group" "main" {
  name              = "/dayshift/${var.group}"
  retention_in_days = var.settings.log_retention_days
  kms_key_id        = var.kms_key == null ? null : var.kms_key.arn
  tags              = var.tags
}
