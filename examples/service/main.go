// Service is an example of a program that also answers questions about a density: the handler of package serve is mounted beside
// the program's own routes in the same mux. Here the program knows which penguins are unusual.
//
//	gaussflow fit examples/penguins.csv --columns bill_length_mm,body_mass_g --drop-missing -o out/penguins.gflow
//	go run ./examples/service -model out/penguins.gflow
//	curl 'localhost:8080/odd?bill_length_mm=39&body_mass_g=3750'
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/serve"
)

func main() {
	path := flag.String("model", "out/penguins.gflow", "what gaussflow fit has written")
	addr := flag.String("addr", "localhost:8080", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *path, *addr); err != nil {
		slog.Error("the service ends", "failure", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path, addr string) error {
	handler, err := newHandler(path)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(last) // requests not finished by then are cut off
	}()
	slog.Info("ready", "addr", l.Addr().String())
	if err = server.Serve(l); err != http.ErrServerClosed { //nolint:errorlint // Serve returns it unwrapped
		return err
	}
	return nil
}

// newHandler mounts package serve beside a route of the program's own, which uses the model as a Go value.
func newHandler(path string) (http.Handler, error) {
	s, err := serve.New(serve.Config{Models: map[string]string{"penguins": path}})
	if err != nil {
		return nil, err
	}
	model, err := serve.Load(path)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/", s)
	mux.Handle("/metrics", s)
	mux.HandleFunc("GET /odd", func(w http.ResponseWriter, r *http.Request) { odd(model, w, r) })
	return mux, nil
}

// odd answers whether a row is rarer than one in a hundred.
func odd(model serve.Model, w http.ResponseWriter, r *http.Request) {
	row := make([]float64, len(model.Reads()))
	for j, c := range model.Reads() {
		v, err := model.Value(j, []byte(strings.TrimSpace(r.FormValue(c.Name))))
		if err != nil {
			http.Error(w, fmt.Sprintf("%s %v", c.Name, err), http.StatusUnprocessableEntity)
			return
		}
		row[j] = v
	}
	_, tail, failed, err := model.Score(mat.NewDense(1, len(row), row))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, failed != nil || tail[0] < 0.01) // a row too far out to have a log p is odd too
}
