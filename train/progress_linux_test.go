package train_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gaussflow/train"
)

// terminal opens a pseudo-terminal: what is written to side comes out of screen.
func terminal(t *testing.T) (screen, side *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	noError(t, unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	noError(t, err)
	side, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	return screen, side
}

// TestProgressOnATerminal: there the bar is drawn, with epoch and losses.
func TestProgressOnATerminal(t *testing.T) {
	screen, side := terminal(t)
	defer screen.Close()
	drawn := readAll(screen)
	stderrOf(t, side, train.ProgressBar)
	noError(t, side.Close())
	text := <-drawn
	for _, word := range []string{"epoch 2/2", "loss", "val_loss", "100%", "2/2"} {
		if !strings.Contains(text, word) {
			t.Errorf("the bar %q does not show %s", text, word)
		}
	}
}
