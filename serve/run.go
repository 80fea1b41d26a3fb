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

// headerBytes limits the header of a request.
const headerBytes = 16 << 10

// Run serves on l, with TLS if config is not nil, until ctx is done. Then it accepts no new connections, lets the current requests
// finish, and returns. It returns an error if that takes longer than grace, or if l fails. Slow and silent clients are cut off: see
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
		WriteTimeout:      s.limits.Wait + s.limits.Wait, // enough to read a request and send a short answer; a streamed answer extends it
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // errors caused by clients, which nobody else can correct
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
