// Package serve answers questions about densities over HTTP: how likely given rows are, rows like them, and maps to latents and
// back. A Server is an http.Handler that any program can mount; gaussflow serve is such a program.
//
//	s, err := serve.New(serve.Config{Models: map[string]string{"penguins": "penguins.gflow"}})
//	mux.Handle("/v1/", s)
//
// # Questions
//
//	POST /v1/models/{name}/score      rows → log p and tail probability of each
//	POST /v1/models/{name}/transform  rows → z1, z2, …, standard normal if the model is right
//	POST /v1/models/{name}/inverse    rows of z1, z2, … → rows
//	POST /v1/models/{name}/sample     {"rows": 100, "seed": 1} → rows
//	GET  /v1/models, /v1/models/{name}, /healthz, /readyz, /metrics, /openapi.json, and a page at /
//
// Rows are sent as JSON (an object, or an array of objects), as JSON lines, as CSV or TSV, or as Parquet or Arrow, according to
// Content-Type. The answer has the same format, or CSV for Parquet and Arrow; Accept selects another one. Cells are read and
// written like those of the table that the model was fitted to: categories, units, dates, missing cells. For a row that cannot be
// read the answer has the reason in its place, for the others their numbers.
//
// # Many rows, many clients
//
// Tables, lines and arrays are streamed in both directions: nothing is read before it is needed, so that memory depends neither on
// the size of a body nor on the speed with which a client reads the answer. Single rows of requests that arrive at the same time
// are computed together, and have the same bits whatever other requests there are. A request over a limit is refused at once with
// the name of the limit: see Limits.
//
// # Models that change
//
// Watch observes the files of the models. A new file is loaded and tried while the old model serves, and replaces it between two
// requests. A file that is no model, or one with other columns, changes nothing and is logged.
package serve
