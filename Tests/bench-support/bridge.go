// A peer: the bridge that one writes in Go in an afternoon. One JSON-RPC request per line, a goroutine for each, the
// standard library's HTTP client. It does not retry, check parameters, take batches or bound anything but connections.
//
//	bridge BASE_URL
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
)

type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		EngagementID string `json:"engagement_id"`
	} `json:"params"`
}

type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type result struct {
	Data json.RawMessage `json:"data"`
}

type answer struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  *result         `json:"result,omitempty"`
	Error   *failure        `json:"error,omitempty"`
}

type bridge struct {
	base, token string
	client      *http.Client
}

func (b *bridge) get(id string) (json.RawMessage, error) {
	q, err := http.NewRequest("GET", b.base+"/v2/engagements/"+url.PathEscape(id), nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+b.token)
	q.Header.Set("Accept", "application/json")
	response, err := b.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the API answered %s", response.Status)
	}
	return body, err
}

func (b *bridge) serve(line []byte) answer {
	var q request
	if err := json.Unmarshal(line, &q); err != nil {
		return answer{Version: "2.0", Error: &failure{-32700, err.Error()}}
	}
	if q.Method != "engagement.get" {
		return answer{Version: "2.0", ID: q.ID, Error: &failure{-32601, "no such method"}}
	}
	body, err := b.get(q.Params.EngagementID)
	if err != nil {
		return answer{Version: "2.0", ID: q.ID, Error: &failure{1001, err.Error()}}
	}
	return answer{Version: "2.0", ID: q.ID, Result: &result{body}}
}

func main() {
	transport := &http.Transport{MaxConnsPerHost: 16, MaxIdleConnsPerHost: 16}
	b := &bridge{os.Args[1], os.Getenv("ENGAGEMENT_RPC_TOKEN"), &http.Client{Transport: transport}}
	var output sync.Mutex
	var running sync.WaitGroup
	encoder := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := append([]byte(nil), lines.Bytes()...)
		running.Add(1)
		go func() {
			defer running.Done()
			a := b.serve(line)
			output.Lock()
			defer output.Unlock()
			encoder.Encode(a)
		}()
	}
	running.Wait()
}
