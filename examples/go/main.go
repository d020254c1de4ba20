// A client of engagement-rpc, and what it is good for (Go 1.18 or newer, the standard library alone).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Refused is the error that a call brought; Applied is empty for reads.
type Refused struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    struct {
		Kind      string `json:"kind"`
		Applied   string `json:"applied"`
		Retryable bool   `json:"retryable"`
	} `json:"data"`
}

func (r *Refused) Error() string { return r.Message }

// ErrEnded says that the process is gone, so that nothing is known of the call.
var ErrEnded = errors.New("engagement-rpc ended before it had answered.")

// Params are those of a method, by name.
type Params map[string]any

func (p Params) with(name string, value any) Params {
	all := Params{name: value}
	for other, value := range p {
		if other != name {
			all[other] = value
		}
	}
	return all
}

// Result is what a call brought; Changes is there after a replacement that was to report them.
type Result struct {
	Data    json.RawMessage `json:"data"`
	Changes struct {
		Added    []string `json:"added"`
		Removed  []string `json:"removed"`
		Verified bool     `json:"verified"`
	} `json:"changes"`
}

type answer struct {
	result *Result
	err    error
}

type waiting struct {
	answer     chan answer
	onProgress func(items int)
}

// Bridge is one process; any number of goroutines may call at once.
type Bridge struct {
	command *exec.Cmd
	input   io.WriteCloser
	read    chan struct{} // closed when all that the process said has been read

	// Two locks, because writing waits while answers are not read, and the reader needs the calls.
	writing sync.Mutex
	lock    sync.Mutex
	calls   map[int]waiting // nil once the process has ended
	lastID  int
}

func program() string {
	if named := os.Getenv("ENGAGEMENT_RPC"); named != "" {
		return named
	}
	if found, err := exec.LookPath("engagement-rpc"); err == nil {
		return found
	}
	_, source, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(source), "../../.build/release/engagement-rpc")
}

// Start starts the process, whose stderr is ours.
func Start(flags ...string) (*Bridge, error) {
	command := exec.Command(program(), flags...)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	b := &Bridge{command: command, input: input, read: make(chan struct{}), calls: map[int]waiting{}}
	go b.receive(output)
	return b, nil
}

// Call waits for the answer. When ctx ends it asks for the call to be cancelled and still waits for the answer, which
// says what became of a write. onProgress may be nil.
func (b *Bridge) Call(ctx context.Context, method string, params Params, onProgress func(items int)) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	call := waiting{make(chan answer, 1), onProgress}
	b.lock.Lock()
	if b.calls == nil {
		b.lock.Unlock()
		return nil, ErrEnded
	}
	b.lastID++
	id := b.lastID
	b.calls[id] = call
	b.lock.Unlock()

	if onProgress != nil {
		options, _ := params["options"].(Params)
		params = params.with("options", options.with("progress_token", id))
	}
	if err := b.send(Params{"jsonrpc": "2.0", "id": id, "method": method, "params": params}); err != nil {
		return nil, err
	}
	select {
	case answer := <-call.answer:
		return answer.result, answer.err
	case <-ctx.Done():
	}
	if err := b.send(Params{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": Params{"id": id}}); err != nil {
		return nil, err
	}
	answer := <-call.answer
	return answer.result, answer.err
}

// Close lets what was sent be answered; then the process ends by itself.
func (b *Bridge) Close() error {
	b.input.Close()
	select {
	case <-b.read:
	case <-time.After(10 * time.Second):
		b.command.Process.Kill()
	}
	return b.command.Wait()
}

// A write that fails is no error here: the reader sees that the process has ended, and tells every call.
func (b *Bridge) send(message Params) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	b.input.Write(append(line, '\n'))
	return nil
}

func (b *Bridge) receive(output io.Reader) {
	// Not a Scanner, which gives up on long lines; an answer may have 64 MiB.
	for lines := bufio.NewReader(output); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var message struct {
			ID     int      `json:"id"`
			Result *Result  `json:"result"`
			Error  *Refused `json:"error"`
			Params struct {
				Token int `json:"token"`
				Value struct {
					Items int `json:"items"`
				} `json:"value"`
			} `json:"params"`
		}
		if err := json.Unmarshal(line, &message); err != nil {
			break
		}
		b.lock.Lock()
		call, listening := b.calls[message.ID], b.calls[message.Params.Token]
		delete(b.calls, message.ID)
		b.lock.Unlock()
		switch {
		case call.answer != nil && message.Error != nil:
			call.answer <- answer{err: message.Error}
		case call.answer != nil:
			call.answer <- answer{result: message.Result}
		case listening.onProgress != nil:
			listening.onProgress(message.Params.Value.Items)
		}
	}
	b.lock.Lock()
	left := b.calls
	b.calls = nil
	b.lock.Unlock()
	for _, call := range left {
		call.answer <- answer{err: ErrEnded}
	}
	close(b.read)
}

func demo(b *Bridge) error {
	ctx := context.Background()
	const engagement = "ngmt_sandbox01"
	result, err := b.Call(ctx, "engagement.get", Params{"engagement_id": engagement, "expand": []string{"contacts"}}, nil)
	if err != nil {
		return err
	}
	var page struct {
		Contacts []struct {
			FirstName string `json:"first_name"`
			LastName  string `json:"last_name"`
		} `json:"contacts"`
	}
	if err := json.Unmarshal(result.Data, &page); err != nil {
		return err
	}
	var names []string
	for _, c := range page.Contacts {
		names = append(names, c.FirstName+" "+c.LastName)
	}
	fmt.Println("contacts:", strings.Join(names, ", "))

	for _, mode := range []string{"dry_run", "report_changes"} {
		who := []string{"cnt_sandbox01", "cnt_sandbox05"}
		replacement := Params{"engagement_id": engagement, "contact_ids": who, mode: true}
		result, err := b.Call(ctx, "engagement.replaceContacts", replacement, nil)
		if err != nil {
			return err
		}
		changes := result.Changes
		fmt.Printf("%s: added %v, removed %v, verified %v\n", mode, changes.Added, changes.Removed, changes.Verified)
	}

	_, err = b.Call(ctx, "engagement.replaceContacts",
		Params{"engagement_id": engagement, "contact_ids": []string{"cnt_nobody"}}, nil)
	refused, err := refusal(err)
	if err != nil {
		return err
	}
	fmt.Printf("refused: %s, applied %s, retryable %v: %v\n",
		refused.Data.Kind, refused.Data.Applied, refused.Data.Retryable, refused)

	late := Params{"match": "PUT /v2/engagements/ngmt_sandbox05/contacts", "steps": []Params{{"delay_ms": 60_000}}}
	if _, err := b.Call(ctx, "sandbox.fail", late, nil); err != nil {
		return err
	}
	patience, cancel := context.WithCancel(ctx)
	defer cancel()
	slow := make(chan error, 1)
	go func() {
		_, err := b.Call(patience, "engagement.replaceContacts",
			Params{"engagement_id": "ngmt_sandbox05", "contact_ids": []string{"cnt_sandbox08"}}, nil)
		slow <- err
	}()

	const people = 40
	failures := make(chan error, people)
	for number := 1; number <= people; number++ {
		go func(id string) {
			_, err := b.Call(ctx, "contact.get", Params{"contact_id": id}, nil)
			failures <- err
		}(fmt.Sprintf("cnt_sandbox%02d", number))
	}
	for number := 1; number <= people; number++ {
		if err := <-failures; err != nil {
			return err
		}
	}
	fmt.Printf("at once: %d contacts, while a slow call waits\n", people)

	time.Sleep(200 * time.Millisecond)
	cancel()
	if refused, err = refusal(<-slow); err != nil {
		return err
	}
	fmt.Printf("cancelled: %s, applied %s\n", refused.Data.Kind, refused.Data.Applied)

	var told []int
	everything, err := b.Call(ctx, "engagement.list", Params{"all": true, "limit": 50, "fields": []string{"id"}},
		func(items int) { told = append(told, items) })
	if err != nil {
		return err
	}
	var list struct {
		Data []struct{} `json:"data"`
	}
	if err := json.Unmarshal(everything.Data, &list); err != nil {
		return err
	}
	fmt.Printf("progress: %v, then %d engagements\n", told, len(list.Data))
	return nil
}

func refusal(err error) (refused *Refused, other error) {
	switch {
	case err == nil:
		return nil, errors.New("a call that was to be refused was carried out")
	case errors.As(err, &refused):
		return refused, nil
	default:
		return nil, err
	}
}

func main() {
	b, err := Start("--sandbox")
	if err != nil {
		fmt.Fprintf(os.Stderr, "engagement-rpc can't be started: %v.\n", err)
		os.Exit(64)
	}
	failure := demo(b)
	ending := b.Close()
	if failure != nil {
		fmt.Fprintln(os.Stderr, failure)
		os.Exit(1)
	}
	if ending != nil {
		fmt.Fprintln(os.Stderr, ending)
		os.Exit(1)
	}
	fmt.Println("ended: status 0")
}
