package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

// rowBar counts rows on a terminal while a result goes to a file; n is how many there will be, −1 if unknown.
func rowBar(c *cobra.Command, output string, n int) *progressbar.ProgressBar {
	stderr := c.ErrOrStderr()
	if output == "-" || !onTerminal(stderr) {
		return progressbar.DefaultSilent(int64(n))
	}
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(raw(stderr)),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("rows"),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetTheme(progressbar.ThemeDefault),
		progressbar.OptionClearOnFinish(),
	)
}
