# One resource of each type that the program makes, set as the program sets it. Revision 2 changes whatever the provider
# can change in place, so that each of its calls is seen once: create, read, update, delete.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}
variable "endpoint" { type = string }
variable "region" { type = string }
variable "account" { type = string }
variable "folder" { type = string }
variable "revision" {
  type    = number
  default = 1
}

provider "aws" {
  region                      = var.region
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  max_retries                 = 5
  endpoints {
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    events         = var.endpoint
    iam            = var.endpoint
    kms            = var.endpoint
    lambda         = var.endpoint
    scheduler      = var.endpoint
    schemas        = var.endpoint
    sfn            = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
  }
}

locals {
  first  = var.revision == 1
  prefix = "recording_"
  tags   = { pbc = "recording", revision = tostring(var.revision) }
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com"] }
      Sid       = "Revision${var.revision}"
    }]
  })
  everything = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Revision${var.revision}", Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_kms_key" "this" {
  description             = "Revision ${var.revision}"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Revision${var.revision}", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${var.account}:root" }, Action = "kms:*", Resource = "*" }]
  })
  tags = local.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.prefix}key"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_iam_policy" "this" {
  name        = "${local.prefix}boundary"
  description = "What no role can exceed"
  policy      = local.everything
  tags        = local.tags
}

resource "aws_iam_role" "this" {
  name                 = "${local.prefix}role"
  assume_role_policy   = local.trust
  permissions_boundary = aws_iam_policy.this.arn
  max_session_duration = local.first ? 3600 : 7200
  description          = "Revision ${var.revision}"
  tags                 = local.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.name
  policy = local.everything
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.this.arn
}

resource "aws_iam_openid_connect_provider" "this" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = local.first ? ["sts.amazonaws.com"] : ["sts.amazonaws.com", "second"]
  thumbprint_list = ["ffffffffffffffffffffffffffffffffffffffff"]
  tags            = local.tags
}

resource "aws_dynamodb_table" "this" {
  name                        = "${local.prefix}outbox"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "event_id"
  range_key                   = "occurred_at"
  stream_enabled              = true
  stream_view_type            = "NEW_IMAGE"
  deletion_protection_enabled = false
  attribute {
    name = "event_id"
    type = "S"
  }
  attribute {
    name = "pending"
    type = "S"
  }
  attribute {
    name = "occurred_at"
    type = "S"
  }
  global_secondary_index {
    name            = "pending-${var.revision}"
    hash_key        = "pending"
    range_key       = "occurred_at"
    projection_type = "ALL"
  }
  point_in_time_recovery { enabled = local.first }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
  ttl {
    attribute_name = "expires_at"
    enabled        = local.first
  }
  tags = local.tags
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${local.prefix}dlq"
  kms_master_key_id         = aws_kms_key.this.key_id
  message_retention_seconds = local.first ? 1209600 : 604800
  redrive_allow_policy      = jsonencode({ redrivePermission = "denyAll" })
  tags                      = local.tags
}

resource "aws_sqs_queue" "this" {
  name                       = "${local.prefix}queue"
  kms_master_key_id          = aws_kms_key.this.key_id
  message_retention_seconds  = local.first ? 345600 : 300000
  visibility_timeout_seconds = 60
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn, maxReceiveCount = 5 })
  tags                       = local.tags
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Revision${var.revision}", Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sqs:SendMessage", Resource = aws_sqs_queue.this.arn }]
  })
}

resource "aws_sns_topic" "this" {
  name              = "${local.prefix}alarms"
  display_name      = "Revision ${var.revision}"
  kms_master_key_id = aws_kms_key.this.key_id
  tags              = local.tags
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Revision${var.revision}", Effect = "Allow", Principal = { Service = "cloudwatch.amazonaws.com" }, Action = "sns:Publish", Resource = aws_sns_topic.this.arn }]
  })
}

resource "aws_sns_topic_subscription" "this" {
  topic_arn     = aws_sns_topic.this.arn
  protocol      = "email"
  endpoint      = "nobody@example.com"
  filter_policy = local.first ? null : jsonencode({ kind = ["alarm"] })
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.prefix}function"
  retention_in_days = local.first ? 7 : 14
  kms_key_id        = aws_kms_key.this.arn
  tags              = local.tags
}

resource "aws_cloudwatch_log_group" "machine" {
  name              = "/aws/vendedlogs/states/${local.prefix}machine"
  retention_in_days = local.first ? 7 : 14
  kms_key_id        = aws_kms_key.this.arn
  tags              = local.tags
}

# A log group that gets its key later. Nothing else refers to it: the embedded AWS refuses the call.
resource "aws_cloudwatch_log_group" "without_key" {
  name       = "/aws/lambda/${local.prefix}without-key"
  kms_key_id = local.first ? null : aws_kms_key.this.arn
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  name           = "${local.prefix}fallbacks"
  pattern        = "{ $.type = \"PassStateEntered${var.revision}\" }"
  log_group_name = aws_cloudwatch_log_group.machine.name
  metric_transformation {
    namespace     = "recording"
    name          = "Fallbacks"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name = "${local.prefix}workflow-logs"
  policy_document = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Revision${var.revision}", Effect = "Allow", Principal = { Service = "delivery.logs.amazonaws.com" }, Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "*" }]
  })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "${local.prefix}errors"
  alarm_description   = "Revision ${var.revision}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  period              = 60
  statistic           = "Sum"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = "${local.prefix}function" }
  threshold           = var.revision
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
  tags                = local.tags
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${local.prefix}dashboard"
  dashboard_body = jsonencode({ widgets = [{ type = "text", x = 0, y = 0, width = 3, height = 3, properties = { markdown = "Revision ${var.revision}" } }] })
}

resource "aws_cloudwatch_event_bus" "this" {
  name               = "${local.prefix}bus"
  description        = "Revision ${var.revision}"
  kms_key_identifier = aws_kms_key.this.arn
  dead_letter_config { arn = aws_sqs_queue.dead_letters.arn }
  tags = local.tags
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  event_bus_name = aws_cloudwatch_event_bus.this.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Revision${var.revision}", Effect = "Deny", Principal = { AWS = "*" }, Action = "events:PutEvents", Resource = aws_cloudwatch_event_bus.this.arn, Condition = { StringNotEquals = { "aws:PrincipalAccount" = var.account } } }]
  })
}

resource "aws_cloudwatch_event_archive" "this" {
  name             = "${local.prefix}archive"
  event_source_arn = aws_cloudwatch_event_bus.this.arn
  retention_days   = var.revision
}

resource "aws_cloudwatch_event_rule" "this" {
  name           = "${local.prefix}rule"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ source = ["revision-${var.revision}"] })
  tags           = local.tags
}

resource "aws_cloudwatch_event_target" "this" {
  event_bus_name = aws_cloudwatch_event_bus.this.name
  rule           = aws_cloudwatch_event_rule.this.name
  target_id      = "queue"
  arn            = aws_sqs_queue.this.arn
  retry_policy {
    maximum_retry_attempts       = 185
    maximum_event_age_in_seconds = local.first ? 86400 : 43200
  }
  dead_letter_config { arn = aws_sqs_queue.dead_letters.arn }
}

resource "aws_lambda_layer_version" "this" {
  layer_name               = "${local.prefix}layer"
  filename                 = "${var.folder}/code-${var.revision}.zip"
  source_code_hash         = filebase64sha256("${var.folder}/code-${var.revision}.zip")
  compatible_runtimes      = ["python3.13"]
  compatible_architectures = ["arm64"]
}

resource "aws_lambda_function" "this" {
  function_name    = "${local.prefix}function"
  filename         = "${var.folder}/code-${var.revision}.zip"
  source_code_hash = filebase64sha256("${var.folder}/code-${var.revision}.zip")
  handler          = "code.handler"
  role             = aws_iam_role.this.arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  layers           = [aws_lambda_layer_version.this.arn]
  memory_size      = 128 * var.revision
  timeout          = 10
  publish          = true
  environment { variables = { REVISION = tostring(var.revision) } }
  tracing_config { mode = "Active" }
  logging_config {
    log_group  = aws_cloudwatch_log_group.function.name
    log_format = "JSON"
  }
  tags = local.tags
}

resource "aws_lambda_alias" "this" {
  name             = "live"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn        = aws_sqs_queue.this.arn
  function_name           = aws_lambda_alias.this.arn
  function_response_types = ["ReportBatchItemFailures"]
  batch_size              = 9 + var.revision
  scaling_config { maximum_concurrency = 1 + var.revision }
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn               = aws_dynamodb_table.this.stream_arn
  function_name                  = aws_lambda_alias.this.arn
  function_response_types        = ["ReportBatchItemFailures"]
  starting_position              = "TRIM_HORIZON"
  batch_size                     = 99 + var.revision
  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 20
  maximum_record_age_in_seconds  = 21600
  filter_criteria {
    filter { pattern = jsonencode({ eventName = ["INSERT"] }) }
  }
  destination_config {
    on_failure { destination_arn = aws_sqs_queue.dead_letters.arn }
  }
}

resource "aws_scheduler_schedule" "this" {
  name                = "${local.prefix}sweeper"
  schedule_expression = "rate(${4 + var.revision} minutes)"
  flexible_time_window { mode = "OFF" }
  target {
    arn      = aws_lambda_alias.this.arn
    role_arn = aws_iam_role.this.arn
  }
}

resource "aws_sfn_state_machine" "this" {
  name     = "${local.prefix}machine"
  type     = "EXPRESS"
  role_arn = aws_iam_role.this.arn
  definition = jsonencode({
    Comment = "Revision ${var.revision}"
    StartAt = "Done"
    States  = { Done = { Type = "Succeed" } }
  })
  logging_configuration {
    level                  = "ALL"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.machine.arn}:*"
  }
  tracing_configuration { enabled = true }
  tags = local.tags
}

resource "aws_schemas_registry" "this" {
  name        = "${local.prefix}events"
  description = "Revision ${var.revision}"
  tags        = local.tags
}

resource "aws_schemas_schema" "this" {
  registry_name = aws_schemas_registry.this.name
  name          = "recording@Event"
  type          = "JSONSchemaDraft4"
  content       = jsonencode({ "$schema" = "http://json-schema.org/draft-04/schema#", title = "Event", description = "Revision ${var.revision}" })
  tags          = local.tags
}
