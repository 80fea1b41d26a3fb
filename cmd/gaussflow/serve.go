package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gaussflow/serve"
)

const serveLong = `Serve answers questions about models over HTTP: POST rows to /v1/models/NAME/score, /transform or /inverse, request
samples at /sample, or open the address in a browser. NAME is the file's name without its ending, or is given
explicitly, as in NAME=model.gflow. Rows are JSON (an object or an array of objects), JSON lines, CSV, TSV or Parquet;
/openapi.json describes the interface in full.

If the file of a model changes, the new model is loaded without losing a request. A file that is not a model, or a
model with other columns, is refused, and the old model stays in use. On an interrupt, the service finishes the
requests that it has accepted and ends.

With --token-file, or the environment variable GAUSSFLOW_TOKEN, requests need the header "Authorization: Bearer
TOKEN". The log goes to standard error and contains no row unless --log-rows is given.`

const serveExample = `  gaussflow serve penguins.gflow
  gaussflow serve sizes=penguins.gflow houses=houses.gflow --addr :8443 --tls-cert cert.pem --tls-key key.pem
  curl -s localhost:8080/v1/models/penguins/score --json '{"bill_length_mm":39,"bill_depth_mm":18.7,"flipper_length_mm":181,"body_mass_g":3750}'
  curl -s localhost:8080/v1/models/penguins/score -H 'Content-Type: text/csv' --data-binary @penguins.csv`

// serveFlags are the flags of serve.
type serveFlags struct {
	config    serve.Config
	addr      string
	cert, key string
	token     string // the file of the token
	watch     time.Duration
	grace     time.Duration
	logJSON   bool
}

func newServe() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:     "serve MODEL…",
		Short:   "Answer questions about models over HTTP",
		Long:    serveLong,
		Example: serveExample,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c, args); err != nil {
				return err
			}
			return serveModels(c, &f)
		},
	}
	flags, l := c.Flags(), &f.config.Limits
	flags.StringVar(&f.addr, "addr", "localhost:8080", "where to listen, as `HOST:PORT`; :8080 is every address of this machine")
	flags.StringVar(&f.cert, "tls-cert", "", "`file` with a certificate in PEM, for HTTPS")
	flags.StringVar(&f.key, "tls-key", "", "`file` with the key of the certificate")
	flags.StringVar(&f.token, "token-file", "", "`file` with the token that requests need (default: that in GAUSSFLOW_TOKEN, or none)")
	flags.DurationVar(&f.watch, "watch", time.Second, "how often to check whether a model's file has changed; 0: never")
	flags.DurationVar(&f.grace, "grace", 30*time.Second, "how long to wait at the end for requests in progress")
	flags.BoolVar(&f.config.LogRequests, "log-requests", false, "log a line for each request")
	flags.BoolVar(&f.config.LogRows, "log-rows", false, "also log why the first refused row of a request was refused, which quotes its cells")
	flags.BoolVar(&f.logJSON, "log-json", false, "write the log as lines of JSON")
	flags.Int64Var(&l.Body, "max-body", 0, "most `bytes` of a request body, uncompressed (default 4 GiB)")
	flags.IntVar(&l.Rows, "max-rows", 0, "most `rows` of a request body (default 100,000,000)")
	flags.IntVar(&l.Sample, "max-sample", 0, "most `rows` to draw in one request (default 1,000,000)")
	flags.IntVar(&l.Requests, "max-requests", 0, "most `requests` of a few rows answered at a time (default 32 per processor); further ones are refused immediately")
	flags.IntVar(&l.Streams, "max-streams", 0, "most `requests` of more rows answered at a time (default 2 per processor)")
	flags.DurationVar(&l.Time, "max-time", 0, "most `time` for a request (default 30m)")
	return c
}

// check finds mistakes in the command line.
func (f *serveFlags) check(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(c, errors.New("got no arguments, want at least one: MODEL…"))
	}
	if (f.cert == "") != (f.key == "") {
		return usage(c, errors.New("--tls-cert and --tls-key, want both or neither"))
	}
	f.config.Models = map[string]string{}
	p := new(paths)
	for _, arg := range args {
		name, path, ok := strings.Cut(arg, "=")
		if !ok {
			path = arg
			name = strings.TrimSuffix(filepath.Base(arg), filepath.Ext(arg))
		}
		if _, twice := f.config.Models[name]; twice {
			return usage(c, fmt.Errorf("two models are called %q, want names of their own, as OTHER=%s", name, path))
		}
		f.config.Models[name] = path
		p.reads("MODEL", path)
	}
	if err := p.check(c); err != nil {
		return err
	}
	return f.checkConfig(c)
}

// checkConfig checks the flags by the library's checks of their fields, in the flags' terms.
func (f *serveFlags) checkConfig(c *cobra.Command) (err error) {
	var name *serve.NameError
	if errors.As(f.config.Validate(), &name) {
		return usage(c, fmt.Errorf("a model is called %.120q, want letters, digits, and . _ - between them: NAME=%s", name.Name, f.config.Models[name.Name]))
	}
	c.Flags().Visit(func(flag *pflag.Flag) {
		if strings.HasPrefix(flag.Value.String(), "-") {
			err = fmt.Errorf("--%s %s, want no less than 0", flag.Name, flag.Value)
		}
	})
	return usage(c, err)
}

// serveModels serves until the context is done.
func serveModels(c *cobra.Command, f *serveFlags) error {
	var err error
	if f.config.Token, err = f.readToken(); err != nil {
		return err
	}
	f.config.Log = slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
	if f.logJSON {
		f.config.Log = slog.New(slog.NewJSONHandler(c.ErrOrStderr(), nil))
	}
	config, err := f.tls()
	if err != nil {
		return err
	}
	s, err := serve.New(f.config)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.addr)
	if err != nil {
		return &listening{f.addr, err}
	}
	setPatient(c.Context(), true)
	scheme := "http"
	if config != nil {
		scheme = "https"
	}
	f.config.Log.Info("ready", "url", scheme+"://"+l.Addr().String(), "models", len(f.config.Models))
	watching, stop := context.WithCancel(c.Context())
	defer stop()
	if f.watch > 0 {
		go s.Watch(watching, f.watch)
	}
	return s.Run(c.Context(), l, config, f.grace)
}

// listening reports an address on which the service cannot listen.
type listening struct {
	addr string
	err  error
}

func (e *listening) Error() string {
	var system syscall.Errno
	var network *net.OpError
	switch {
	case errors.As(e.err, &system):
		return fmt.Sprintf("--addr %s: %v", e.addr, system)
	case errors.As(e.err, &network):
		return fmt.Sprintf("--addr %s: %v", e.addr, network.Err)
	}
	return fmt.Sprintf("--addr %s: %v", e.addr, e.err)
}

// readToken is the token in the file, or else in the environment.
func (f *serveFlags) readToken() (string, error) {
	if f.token == "" {
		return os.Getenv("GAUSSFLOW_TOKEN"), nil
	}
	text, err := os.ReadFile(f.token)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("%s: the file is empty, want a token", f.token)
	}
	return token, nil
}

// tls is nil if there is no certificate.
func (f *serveFlags) tls() (*tls.Config, error) {
	if f.cert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", f.cert, f.key, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}
