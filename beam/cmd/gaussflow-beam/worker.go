package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/container/tools"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
)

// A runner that starts a worker gives it an id and this, and expects Beam's boot program, which fetches the worker's program and starts it as
// a process of its own. This program is the worker, so it does what is left of booting itself: when the runner ends it, all of it ends.
var provisionEndpoint = flag.String("provision_endpoint", "", "where a runner that starts this program as a worker says what else there is to know")

// settle completes the flags before Beam reads them: those of a worker, or of who starts some.
func settle(ctx context.Context) error {
	if *provisionEndpoint != "" {
		go endWith(os.Getppid())
		return becomeWorker(ctx)
	}
	if !strings.EqualFold(*jobopts.EnvironmentType, "process") || *jobopts.EnvironmentConfig != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]string{"command": self})
	*jobopts.EnvironmentConfig = string(config)
	if *jobopts.WorkerBinary == "" { // what Beam's boot program would fetch
		*jobopts.WorkerBinary = os.DevNull
	}
	return err
}

// endWith ends this process when the one that started it has ended. Beam's worker would try for minutes to reach it, or wait for ever, and
// meanwhile go on with work that others do again.
func endWith(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	fmt.Fprintln(os.Stderr, "gaussflow-beam: a worker ends, because the runner that started it has ended")
	os.Exit(1)
}

// becomeWorker asks the runner what a worker has to know.
//
// Source: https://s.apache.org/beam-fn-api-container-contract.
func becomeWorker(ctx context.Context) error {
	id := flag.Lookup("id").Value.String()
	info, err := tools.ProvisionInfo(grpcx.WriteWorkerID(ctx, id), *provisionEndpoint)
	if err != nil {
		return fmt.Errorf("worker %s: %w", id, err)
	}
	options, err := tools.ProtoToJSON(info.GetPipelineOptions())
	if err != nil {
		return fmt.Errorf("worker %s: the options of the job: %w", id, err)
	}
	return errors.Join(
		os.Setenv("RUNNER_CAPABILITIES", strings.Join(info.GetRunnerCapabilities(), " ")),
		flag.Set("logging_endpoint", info.GetLoggingEndpoint().GetUrl()),
		flag.Set("control_endpoint", info.GetControlEndpoint().GetUrl()),
		flag.Set("options", options),
		flag.Set("worker", "true"))
}
