package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// headerBytes bounds the header of a request.
const headerBytes = 16 << 10

// Run serves on l, with TLS where config is not nil, until ctx is done; then it takes no new connections, lets those requests that it has
// taken finish, and returns. It returns an error if that takes longer than grace, or l fails. Slow and silent clients are cut off: see
// Limits.Wait.
func (s *Server) Run(ctx context.Context, l net.Listener, config *tls.Config, grace time.Duration) error {
	if s == nil || s.mux == nil || ctx == nil || l == nil {
		return errors.New("serve: Run: the Server is nil or zero, or the context or the listener is nil: New makes a Server")
	}
	server := &http.Server{
		Handler:           s,
		TLSConfig:         config,
		ReadHeaderTimeout: s.limits.Wait,
		IdleTimeout:       2 * time.Minute,
		WriteTimeout:      s.limits.Wait + s.limits.Wait, // to read a request and to send a short answer; one that is streamed moves it
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // what clients do wrong, and nobody else can mend
	}
	ended := make(chan error, 1)
	go func() {
		if config != nil {
			ended <- server.ServeTLS(l, "", "")
			return
		}
		ended <- server.Serve(l)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.Drain()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(last)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	<-ended
	return err
}
