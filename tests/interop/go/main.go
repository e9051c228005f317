// Logcheck reads a log that Assay has written, with the code that reads Go's checksum
// database and with Go's own Ed25519 and ML-DSA; nothing of Assay is in it.
//
//	logcheck PLAN
//
// The plan names signed checkpoints with the directories that they are of, receipts
// with their entries, and the keys. What was found is printed as JSON; whatever does
// not hold is a line in "faults".
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

type plan struct {
	Origin    string
	Keys      []string
	Strangers []string
	Trees     []struct{ Checkpoint, Dir, Final string }
	Receipts  []struct{ Proof, Entry string }
}

type result struct {
	Sizes, Refused       []int64
	Entries, Inclusions  int
	Consistencies        int
	Proven               int
	Tiles, Bundles       int
	Flips, FlipsRefused  int
	Stale                int
	Faults               []string
	SignatureFlips       int
	SignatureFlipsHeld   int
	ReceiptFlips         int
	ReceiptFlipsHeld     int
	FirstRefusalOfATile  string
	FirstRefusalOfABatch string
}

type check struct {
	plan
	result
	random *rand.Rand
}

func (c *check) fault(format string, more ...any) {
	c.Faults = append(c.Faults, fmt.Sprintf(format, more...))
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	c := check{random: rand.New(rand.NewSource(1))}
	data := must(os.ReadFile(os.Args[1]))
	must(0, json.Unmarshal(data, &c.plan))
	var trees []tlog.Tree
	var last *published
	for _, t := range c.Trees {
		text := must(os.ReadFile(t.Checkpoint))
		origin, tree, err := openCheckpoint(text, c.Keys)
		if err != nil || origin != c.Origin {
			c.fault("%s: origin %q, %v", t.Checkpoint, origin, err)
			continue
		}
		if _, _, err := openCheckpoint(text, c.Strangers); err != nil {
			c.Refused = append(c.Refused, tree.N)
		}
		c.flipCheckpoint(text)
		c.Sizes = append(c.Sizes, tree.N)
		trees = append(trees, tree)
		// As the directory stood at that size, and as it stands at the end.
		c.whole(open(t.Dir, tree))
		last = open(t.Final, tree)
		c.proofs(last)
	}
	for i, new := range trees {
		for _, old := range trees[:i] {
			c.consistent(last, old, new)
		}
	}
	for _, r := range c.Receipts {
		c.receipt(string(must(os.ReadFile(r.Proof))), must(os.ReadFile(r.Entry)))
	}
	os.Stdout.Write(must(json.MarshalIndent(c.result, "", "  ")))
}

// whole reads every tile and every entry, and flips bits in each file.
func (c *check) whole(p *published) {
	if root, err := tlog.TreeHash(p.tree.N, p.hashes()); err != nil || root != p.tree.Hash {
		c.fault("size %d: root %v, %v", p.tree.N, root, err)
		return
	}
	expected := map[string]bool{}
	for _, t := range p.bundles() {
		expected[tilePath(t)] = true
		entries, err := p.entries(t)
		if err != nil {
			c.fault("size %d: %s: %v", p.tree.N, tilePath(t), err)
		}
		c.Entries += len(entries)
		c.Bundles++
		c.flip(p, t, func(int) error { _, err := p.entries(t); return err })
	}
	for _, t := range p.tiles() {
		expected[tilePath(t)] = true
		c.Tiles++
		c.flip(p, t, func(at int) error {
			index := t.N<<height + int64(at/tlog.HashSize)
			_, err := p.hashes().ReadHashes(
				[]int64{tlog.StoredHashIndex(t.L*height, index)})
			return err
		})
	}
	filepath.WalkDir(filepath.Join(p.dir, "tile"), func(
		path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(p.dir, path)
		// Digests of bodies lie beside the tiles; no tool but Assay knows of them.
		ours := strings.HasPrefix(name, "tile/bodies/")
		if err == nil && !entry.IsDir() && !expected[name] && !ours {
			if !strings.Contains(name, ".p/") {
				c.fault("size %d: %s is of no tree", p.tree.N, name)
			}
			c.Stale++
		}
		return nil
	})
}

// flip changes bits of one file, each by itself: all must be noticed.
func (c *check) flip(p *published, t tlog.Tile, use func(at int) error) {
	path := tilePath(t)
	sound, err := p.read(path)
	if err != nil {
		c.fault("size %d: %v", p.tree.N, err)
		return
	}
	defer func() { p.kept[path] = sound }()
	places := []int{0, len(sound) - 1, len(sound) / 2}
	for range 5 {
		places = append(places, c.random.Intn(len(sound)))
	}
	for _, at := range places {
		altered := append([]byte(nil), sound...)
		altered[at] ^= 1 << c.random.Intn(8)
		p.kept[path] = altered
		c.Flips++
		if err := use(at); err != nil {
			c.FlipsRefused++
			if t.L >= 0 && c.FirstRefusalOfATile == "" {
				c.FirstRefusalOfATile = err.Error()
			}
			if t.L < 0 && c.FirstRefusalOfABatch == "" {
				c.FirstRefusalOfABatch = err.Error()
			}
		} else {
			c.fault("size %d: %s altered at byte %d, unnoticed", p.tree.N, path, at)
		}
	}
}

// flipCheckpoint changes every bit of what is signed.
func (c *check) flipCheckpoint(text []byte) {
	end := strings.Index(string(text), "\n\n") + 1
	for bit := range 8 * end {
		altered := append([]byte(nil), text...)
		altered[bit/8] ^= 1 << (bit % 8)
		c.SignatureFlips++
		if _, _, err := openCheckpoint(altered, c.Keys); err == nil {
			c.SignatureFlipsHeld++
		}
	}
}

// proofs makes inclusion proofs from the tiles and follows them.
func (c *check) proofs(p *published) {
	size := p.tree.N
	wanted := map[int64]bool{}
	for _, edge := range []int64{0, 256, 65_536, size} {
		for n := edge - 2; n <= edge+2; n++ {
			wanted[n] = true
		}
	}
	for range 64 {
		wanted[c.random.Int63n(size+1)] = true
	}
	for n := range wanted {
		if n < 0 || n >= size {
			continue
		}
		t := tlog.Tile{H: height, L: -1, N: n >> height, W: 1 << height}
		t.W = int(min(int64(t.W), size-t.N<<height))
		entries, err := p.entries(t)
		if err != nil {
			c.fault("size %d: entry %d: %v", size, n, err)
			continue
		}
		hash := tlog.RecordHash(entries[n-t.N<<height])
		proof, err := tlog.ProveRecord(size, n, p.hashes())
		if err == nil {
			err = tlog.CheckRecord(proof, size, p.tree.Hash, n, hash)
		}
		if err != nil {
			c.fault("size %d: inclusion of %d: %v", size, n, err)
		}
		c.Inclusions++
	}
}

// consistent proves that one signed tree begins with another.
func (c *check) consistent(p *published, old, new tlog.Tree) {
	if old.N == 0 {
		// Every tree begins with the empty one; there is nothing to prove.
		return
	}
	reader := open(p.dir, new).hashes()
	proof, err := tlog.ProveTree(new.N, old.N, reader)
	if err == nil {
		err = tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash)
	}
	if err != nil {
		c.fault("%d to %d: %v", old.N, new.N, err)
	}
	other := old.Hash
	other[31] ^= 1
	if tlog.CheckTree(proof, new.N, new.Hash, old.N, other) == nil {
		c.fault("%d to %d: another root is believed", old.N, new.N)
	}
	c.Consistencies++
}
