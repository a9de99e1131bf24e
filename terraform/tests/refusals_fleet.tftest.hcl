# Mistakes in a fleet are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                = "acme-dayshift"
  environment         = "test"
  region              = "eu-west-1"
  package_file        = "./tests/mocks/package.txt"
  worker_package_file = "./tests/mocks/package.txt"
  models              = { signs = { family = "rekognition", prefix = "signs/" } }
}

run "refuses_a_fleet_family_without_its_fleet" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_fleet_of_another_family" {
  command = plan

  variables {
    models = { faces = { family = "rekognition", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_fleet_without_power" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_fleet_without_a_price" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_fleet_with_a_target" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, target = "a-group-of-mine", options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_vpc_by_its_name" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "main", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_fleet_without_subnets" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = [] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_subnet_by_its_zone" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["eu-west-1a"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_one_subnet_twice" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890", "subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_type_of_the_other_architecture" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], instance_types = ["c7g.large", "c6i.large"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_type_of_sagemaker" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], instance_types = ["ml.c7g.large"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_no_worker_at_all" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], maximum_workers = 0 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_more_workers_than_five_hundred" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], maximum_workers = 501 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_half_a_worker" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], maximum_workers = 1.5 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_to_clear_within_no_time" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], clear_within_minutes = 0 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_no_patience" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], idle_minutes = 0 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_volume_that_the_image_does_not_fit_on" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], volume_gb = 4 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_spot_of_a_single_type" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], spot_percent = 50, instance_types = ["c7g.large"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_more_spot_than_all" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], spot_percent = 101, instance_types = ["c7g.large", "m7g.large"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_warm_pool_on_spot" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], spot_percent = 50, warm_pool_size = 1, instance_types = ["c7g.large", "m7g.large"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_warm_pool_of_several_types" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], warm_pool_size = 1, instance_types = ["c7g.large", "m7g.large"] } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_warm_pool_larger_than_the_fleet" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], warm_pool_size = 3, maximum_workers = 2 } } } }
  }

  expect_failures = [var.models]
}

run "refuses_an_image_for_the_parameter_with_its_id" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"], ami_parameter = "ami-0a1b2c3d4e5f67890" } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_gallery_under_incoming_where_every_photo_would_be_an_image_to_be_read" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] }, gallery = "incoming/gallery/" } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_gallery_where_the_images_of_archives_lie" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] }, gallery = "expanded/" } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_gallery_without_its_slash" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] }, gallery = "gallery" } } }
  }

  expect_failures = [var.models]
}

run "refuses_the_whole_bucket_for_a_gallery" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] }, gallery = "" } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_gallery_of_a_family_that_knows_no_faces" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", options = { gallery = "gallery/" } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_distance_at_which_all_are_one" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] }, maximum_distance = 1.1 } } }
  }

  expect_failures = [var.models]
}

run "refuses_no_distance_at_all" {
  command = plan

  variables {
    models = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] }, maximum_distance = 0 } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_bundle_that_was_not_built" {
  command = plan

  variables {
    worker_package_file = "../dist/nothing.zip"
    models              = { faces = { family = "face_fleet", prefix = "faces/", power = "always_on", usd_per_hour = 0.1, options = { fleet = { vpc_id = "vpc-0a1b2c3d4e5f67890", subnet_ids = ["subnet-0a1b2c3d4e5f67890"] } } } }
  }

  expect_failures = [var.worker_package_file]
}

run "asks_for_no_bundle_where_there_is_no_fleet" {
  command = plan

  variables {
    worker_package_file = "../dist/nothing.zip"
  }

  assert {
    condition     = length(module.artefacts) == 0 && length(aws_s3_object.package) == 0
    error_message = "wanted no bucket for packages, got ${jsonencode(keys(aws_s3_object.package))}"
  }
}

run "allows_x86_spot_of_many_kinds_and_a_gallery_of_its_own" {
  command = plan

  variables {
    architecture = "x86_64"
    models = {
      faces = {
        family       = "face_fleet"
        prefix       = "faces/"
        power        = "on_deadline"
        usd_per_hour = 0.03
        options = {
          gallery          = "people/staff/"
          maximum_distance = 0.5
          fleet = {
            vpc_id         = "vpc-0a1b2c3d"
            subnet_ids     = ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]
            instance_types = ["c6i.large", "m7i-flex.large", "g4dn.xlarge", "c5a.large"]
            spot_percent   = 100
          }
        }
      }
    }
  }

  assert {
    condition     = length(aws_s3_object.package) == 2
    error_message = "wanted package and bundle, got ${jsonencode(keys(aws_s3_object.package))}"
  }
}

run "allows_the_letters_of_graviton" {
  command = plan

  variables {
    models = {
      faces = {
        family       = "face_fleet"
        prefix       = "faces/"
        power        = "always_on"
        usd_per_hour = 0.03
        options = {
          fleet = {
            vpc_id         = "vpc-0a1b2c3d"
            subnet_ids     = ["subnet-0a1b2c3d"]
            instance_types = ["c7g.large", "m7gd.large", "c6gn.large", "im4gn.large", "t4g.large", "a1.large"]
          }
        }
      }
    }
  }

  assert {
    condition     = length(module.models) == 1
    error_message = "wanted them allowed, got ${jsonencode(keys(module.models))}"
  }
}
