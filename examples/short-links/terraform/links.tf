# Where each code leads.
resource "aws_dynamodb_table" "links" {
  name         = "${var.prefix}-links"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "code"

  attribute {
    name = "code"
    type = "S"
  }
}
