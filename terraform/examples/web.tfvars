# Web: people drop images on a page, programs call the HTTP API.
#
# What   A page behind CloudFront on which people sign in, drop images and see the results with their boxes; and the API that
#        it is made of (`POST /images`, `POST /recognize`, `GET /results.csv`, … : /api/openapi.json says all of it) under /api
#        of the same address. What a page uploads goes straight to the bucket of images; nobody gets keys.
# Why    Any issuer of OpenID Connect will do: tell it the page's address as the one to come back to. Every route wants a token,
#        takes so many requests a second and so many images a day of each caller. Only who has the scope `dayshift/operate`
#        switches models on and off.
# Cost   us-east-1, 1,000 images a day of 1 MB, by 10 people: API Gateway 0.04 USD a month for 40,000 requests, Lambda and
#        DynamoDB 0.03, three alarms and one metric 0.60; CloudFront is in its free tier. Nobody calls: 0.30 USD a month, the alarms.
#        Rekognition comes on top: 2 USD for 1,000 images with both features.
#
# Use    terraform apply -var-file=examples/web.tfvars       (after changing `name` and `api`)
#        terraform output api                                its address and the page's

name        = "acme-dayshift"
environment = "web"

models = {
  signs = { family = "rekognition", prefix = "signs/" }
}

api = {
  authentication = "jwt"
  jwt = {
    # A user pool of Cognito: its tokens name the pool, and people sign in at another host.
    issuer         = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a1b2c3d4e"
    origins        = ["https://acme.auth.us-east-1.amazoncognito.com"]
    audience       = ["1h57kf5cpq17m0eml12EXAMPLE"]
    client_id      = "1h57kf5cpq17m0eml12EXAMPLE"
    operator_scope = "dayshift/operate"
  }

  # A person drops a hundred at a time, and seldom a thousand on a day.
  images_a_day        = 1000
  requests_per_second = 20
  burst               = 40

  # An address of your own, once its certificate is there:
  # domain = { name = "images.example.com", certificate_arn = "arn:aws:acm:us-east-1:…" }
}
