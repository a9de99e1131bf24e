# Two models of jobs and nothing else: one with room for errors, one whose jobs are soon too late or too dear.
name        = "dayshift"
environment = "jobs"
region      = "us-east-1"

models = {
  pictures = {
    family = "gpu_job"
    prefix = "pictures/"

    options = {
      minimum_confidence_percent = 80

      job = {
        gather_minutes       = 2
        deadline_minutes     = 60
        budget_usd           = 5
        maximum_usd_per_hour = 1.5

        proximl = {
          # The local AWS puts them there, and its stand-in of the service knows what they say.
          user_parameter = "/dayshift-local-aws/proximl/user"
          key_parameter  = "/dayshift-local-aws/proximl/key"
          gpu_types      = ["rtx3090"]
          command        = "python3 $ML_MODEL_PATH/classify.py"
          model_git      = "https://git.example.com/classifier.git"
          variables      = { PROJECT = "flowers" }
        }
      }
    }
  }

  strict = {
    family = "gpu_job"
    prefix = "strict/"

    options = {
      job = {
        # An attempt of ten minutes costs half a dollar: the second is cut short by the budget, for a third there is none.
        gather_minutes       = 1
        deadline_minutes     = 10
        budget_usd           = 0.9
        maximum_usd_per_hour = 3

        proximl = {
          user_parameter = "/dayshift-local-aws/proximl/user"
          key_parameter  = "/dayshift-local-aws/proximl/key"
          gpu_types      = ["rtx3090"]
          command        = "python3 $ML_MODEL_PATH/classify.py"
          model_git      = "https://git.example.com/classifier.git"
          variables      = { PROJECT = "flowers" }
        }
      }
    }
  }
}

# The clock of the local services is moved by hand, a tick at a time.
tick_minutes = 1
