package serve_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"gaussflow/internal/errtest"
	"gaussflow/serve"
)

// TestOpenAPI: the document is valid OpenAPI, and requests and answers of each route and status in this test match it.
func TestOpenAPI(t *testing.T) {
	s := run(t, serve.Config{})
	_, text := s.get("/openapi.json")
	document, err := openapi3.NewLoader().LoadFromData([]byte(text))
	errtest.None(t, err)
	errtest.None(t, document.Validate(t.Context()))
	router, err := gorillamux.NewRouter(document)
	errtest.None(t, err)
	for _, text := range []string{"text/html", "application/x-ndjson"} { // the validator knows CSV and plain text only
		openapi3filter.RegisterBodyDecoder(text, openapi3filter.PlainBodyDecoder)
		t.Cleanup(func() { openapi3filter.UnregisterBodyDecoder(text) })
	}
	const row = `{"a":1,"b":2}`
	for _, c := range []struct{ method, path, contentType, body string }{
		{"GET", "/", "", ""},
		{"GET", "/v1/models", "", ""},
		{"GET", "/v1/models/m", "", ""},
		{"GET", "/v1/models/n", "", ""},
		{"GET", "/healthz", "", ""},
		{"GET", "/readyz", "", ""},
		{"GET", "/metrics", "", ""},
		{"GET", "/openapi.json", "", ""},
		{"POST", score, "application/json", row},
		{"POST", score, "application/json", "[" + row + `,{"a":1}]`},
		{"POST", score, "application/json", `{"a":1}`},
		{"POST", score, "application/json", `{"a":`},
		{"POST", score, "application/x-ndjson", row},
		{"POST", score, "text/csv", "a,b\n1,2\n,\n"},
		{"POST", score, "image/png", "x"},
		{"POST", "/v1/models/m/transform", "application/json", row},
		{"POST", "/v1/models/m/inverse", "application/json", `{"z1":0,"z2":1}`},
		{"POST", "/v1/models/m/sample", "application/json", `{"rows":3,"seed":18446744073709551615}`},
		{"POST", "/v1/models/m/sample", "application/json", `{"rows":3000000}`},
		{"POST", "/v1/models/m/sample", "application/json", `{"rows":0}`},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.contentType)
		route, parameters, err := router.FindRoute(r)
		errtest.None(t, err)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		r.Body = http.NoBody
		input := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route}
		err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: input,
			Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
			Options: &openapi3filter.Options{IncludeResponseStatus: true}})
		if err != nil {
			t.Errorf("%s %s %s: %d %s: %v", c.method, c.path, c.body, w.Code, w.Body, err)
		}
	}
}
