####################################################################################################
# Network
####################################################################################################

# Nobody calls a worker. What it calls speaks TLS; names, time and the metadata service pass no security group.
resource "aws_security_group" "main" {
  name        = var.group
  description = "Workers of ${var.group}: nothing in, TLS out."
  vpc_id      = var.fleet.vpc_id
  ingress     = []
  tags        = merge(var.tags, { Name = var.group })

  egress {
    description = "The APIs of AWS, and the package repository of Amazon Linux, which lies in S3."
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
