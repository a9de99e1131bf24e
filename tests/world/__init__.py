"""A discrete-event model of AWS under a simulated clock, in which the real services and domain code run.

clock      the event loop; functions that sleep in simulated time
faults     what can go wrong at a call, and the line through which every call of the code passes
storage    S3: versions, notifications, terminal records, the sweep's ledger
queue      SQS: visibility, receives, redrive, retention, counts that lag
mapping    the event source mapping that hands batches to a labeler
service    what a model is at its service; Rekognition Custom Labels: started, billed and stopped
endpoint   SageMaker: created, billed and deleted; what befalls it meanwhile
sagemaker  boto3's clients of it, below the real adapters
group      EC2 Auto Scaling: a group of workers, its launches and instances (launches, instances)
autoscaling  boto3's client of it, below the real adapter
workers    the worker processes: services/work, turn after turn, over its mailbox and worker_ports
outside    a service that reads many images in one job, for money; lives: what becomes of its jobs
job_desk   what is kept of a model's jobs; job_functions: what brings them about, over job_ports and outside_ports
fleet_gate  the parameter that says whether workers may read
scheduler  EventBridge Scheduler: ticks, edges, backstop, sweep; late, twice or never
functions  Lambda: the real services behind the ports, asynchronous retries, deaths
applying   Terraform: a model is stopped before it goes, an endpoint's configuration is changed
hours      when a model should run, told without the code under test
world      all of it together, with what people do by hand
laws       the invariants I1 to I10, checked on what happened; of a fleet besides: laws_of_fleet; of archives and jobs:
           laws_of_archives, laws_of_jobs, and what is noted at the moment of a call (laws_of_order, laws_on_the_way)
"""
