# Mistakes in what an endpoint is sent, and answers, are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }

  # What would do; each run spoils one thing.
  model   = { family = "sagemaker", prefix = "flowers/", power = "always_on", usd_per_hour = 0.115 }
  variant = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2", model_data_url = "s3://acme-models/flowers/model.tar.gz", instance_type = "ml.m5.large" }
}

run "refuses_a_content_type_that_is_none" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { content_type = "image" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_accept_that_is_none" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { accept = "json" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_json_that_is_none" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { content_type = "application/json", json = "{\"inputs\": $image}" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_json_without_the_image" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { content_type = "application/json", json = "{\"inputs\":\"image\"}" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_json_with_two_images" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { content_type = "application/json", json = "[\"$image\",\"$image\"]" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_json_by_the_name_of_an_image" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { json = "{\"inputs\":\"$image\"}" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_image_by_the_name_of_json" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { content_type = "application/json" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_response_at_brackets" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { response = { at = "predictions[0]" } }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_name_without_a_score" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { response = { name = "label" } }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_score_without_a_name" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { response = { score = "score" } }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_names_in_two_places" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { response = { name = "label", score = "score", names_at = "labels" } }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_scores_of_an_unknown_kind" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { response = { scores_are = "confidences" } }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_class_file_that_is_not_there" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { classes_file = "classes/nothing.txt" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_empty_class_file" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { classes_file = "tests/mocks/no_classes.txt" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_class_without_a_name" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { classes_file = "tests/mocks/gap_in_classes.txt" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_folder_for_a_class_file" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { classes_file = "classes" }) } }) }
  }

  expect_failures = [var.models]
}

run "allows_json_whose_list_of_numbers_brings_its_names" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { content_type = "application/vnd.acme+json; v=2", json = "{\"instances\":[{\"b64\":\"$image\"}]}", response = { at = "predictions.0", names_at = "labels", scores_are = "logits" } }) } }) }
  }

  assert {
    condition = jsonencode(module.models["flowers"].options.response) == jsonencode({
      at = "predictions.0", name = null, names_at = "labels", score = null, scores_are = "logits"
    })
    error_message = "got ${jsonencode(module.models["flowers"].options.response)}"
  }
}
