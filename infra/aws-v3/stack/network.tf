# Tasks run in public subnets. They have public addresses and security groups that admit only the load balancer, so they
# reach the AWS services that they need (ECR, SQS, logs, secrets) at no charge. A NAT gateway adds half of the hourly cost of
# the other resources. One NAT gateway in each of two zones, or interface endpoints for those services, add more than all
# other resources cost. Both are billed until a failed destroy is completed. The database has private subnets without a route out.
locals {
  zones = {
    for index in range(2) : tostring(index) => {
      name    = data.aws_availability_zones.available.names[index]
      public  = cidrsubnet(var.vpc_cidr, 4, index)
      private = cidrsubnet(var.vpc_cidr, 4, 8 + index)
    }
  }
}

resource "aws_vpc" "main" {
  #checkov:skip=CKV2_AWS_11:Flow logs are an option, flow_logs_bucket_arn.
  #checkov:skip=CKV2_AWS_12:See security_groups.tf: adopting the default group would need a permission for every untagged group.

  # Tasks resolve names through the VPC's resolver, which is on by default. No instance here needs its own host name.
  cidr_block = var.vpc_cidr

  tags = { Name = "${var.prefix}-vpc" }
}

resource "aws_flow_log" "main" {
  count = var.flow_logs_bucket_arn == null ? 0 : 1

  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = var.flow_logs_bucket_arn

  tags = { Name = "${var.prefix}-vpc" }
}

resource "aws_vpc_endpoint" "s3" {
  count = var.s3_gateway_endpoint ? 1 : 0

  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.${data.aws_region.current.id}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.public.id]

  tags = { Name = "${var.prefix}-s3" }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.prefix}-igw" }
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = aws_vpc.main.id
  availability_zone = each.value.name
  cidr_block        = each.value.public

  tags = { Name = "${var.prefix}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.main.id
  availability_zone = each.value.name
  cidr_block        = each.value.private

  tags = { Name = "${var.prefix}-private-${each.key}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.prefix}-public" }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_route_table_association" "public" {
  for_each = local.zones

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

# The private subnets have their own empty route table. Nobody owns the VPC's main route table, and anyone may add a route to it.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.prefix}-private" }
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private.id
}
