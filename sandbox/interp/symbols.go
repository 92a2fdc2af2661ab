package interp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"go/constant"
	"go/token"
	"math"
	"math/rand"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// symbols are the functions, types, constants and variables of the standard
// library that an interpreted program may use, by import path and name: the
// allow list and the interpreter's symbol table are the same thing, and what
// is not in it does not exist for the interpreter. A type is a nil pointer to
// it, an untyped constant a constant.Value.
var symbols = map[string]map[string]reflect.Value{
	"fmt": values(map[string]any{
		"Errorf": fmt.Errorf, "Stringer": (*fmt.Stringer)(nil), "Print": fmt.Print, "Printf": fmt.Printf, "Println": fmt.Println,
		"Sprint": fmt.Sprint, "Sprintf": fmt.Sprintf, "Sprintln": fmt.Sprintln,
	}),
	"errors": values(map[string]any{
		"As": errors.As, "Join": errors.Join, "Is": errors.Is, "New": errors.New, "Unwrap": errors.Unwrap,
	}),
	"strings": values(map[string]any{
		"Builder": (*strings.Builder)(nil), "Reader": (*strings.Reader)(nil), "NewReader": strings.NewReader,
		"FieldsFunc": strings.FieldsFunc, "IndexFunc": strings.IndexFunc, "Map": strings.Map, "TrimFunc": strings.TrimFunc,
		"Compare": strings.Compare, "Contains": strings.Contains, "ContainsAny": strings.ContainsAny, "ContainsRune": strings.ContainsRune,
		"Count": strings.Count, "Cut": strings.Cut, "EqualFold": strings.EqualFold, "Fields": strings.Fields,
		"HasPrefix": strings.HasPrefix, "HasSuffix": strings.HasSuffix, "Index": strings.Index, "IndexByte": strings.IndexByte,
		"Join": strings.Join, "LastIndex": strings.LastIndex, "Repeat": strings.Repeat, "Replace": strings.Replace,
		"ReplaceAll": strings.ReplaceAll, "Split": strings.Split, "SplitN": strings.SplitN,
		"ToLower": strings.ToLower, "ToUpper": strings.ToUpper, "Trim": strings.Trim, "TrimLeft": strings.TrimLeft,
		"TrimPrefix": strings.TrimPrefix, "TrimRight": strings.TrimRight, "TrimSpace": strings.TrimSpace, "TrimSuffix": strings.TrimSuffix,
	}),
	"strconv": values(map[string]any{
		"Atoi": strconv.Atoi, "FormatBool": strconv.FormatBool, "FormatFloat": strconv.FormatFloat, "FormatInt": strconv.FormatInt,
		"Itoa": strconv.Itoa, "ParseBool": strconv.ParseBool, "ParseFloat": strconv.ParseFloat, "ParseInt": strconv.ParseInt,
		"ParseUint": strconv.ParseUint, "Quote": strconv.Quote, "Unquote": strconv.Unquote, "ErrSyntax": &strconv.ErrSyntax,
	}),
	"math": values(map[string]any{
		"Abs": math.Abs, "Cbrt": math.Cbrt, "Ceil": math.Ceil, "Cos": math.Cos, "Exp": math.Exp, "Floor": math.Floor,
		"Hypot": math.Hypot, "Inf": math.Inf, "IsInf": math.IsInf, "IsNaN": math.IsNaN, "Log": math.Log, "Log2": math.Log2,
		"Max": math.Max, "Min": math.Min, "Mod": math.Mod, "NaN": math.NaN, "Pow": math.Pow, "Round": math.Round,
		"Sin": math.Sin, "Sqrt": math.Sqrt, "Trunc": math.Trunc,
		"MaxInt": number(token.INT, "9223372036854775807"), "MinInt": number(token.INT, "-9223372036854775808"),
		"MaxInt64": number(token.INT, "9223372036854775807"), "MinInt64": number(token.INT, "-9223372036854775808"),
		"MaxInt32": number(token.INT, "2147483647"), "MinInt32": number(token.INT, "-2147483648"), "MaxUint8": number(token.INT, "255"),
		"Pi":    number(token.FLOAT, "3.14159265358979323846264338327950288419716939937510582097494459"),
		"E":     number(token.FLOAT, "2.71828182845904523536028747135266249775724709369995957496696763"),
		"Sqrt2": number(token.FLOAT, "1.41421356237309504880168872420969807856967187537694807317667974"),
	}),
	"sort": values(map[string]any{
		"Float64s": sort.Float64s, "Ints": sort.Ints, "IntsAreSorted": sort.IntsAreSorted, "SearchInts": sort.SearchInts,
		"Search": sort.Search, "Slice": sort.Slice, "SliceStable": sort.SliceStable, "Strings": sort.Strings,
	}),
	"unicode": values(map[string]any{
		"IsDigit": unicode.IsDigit, "IsLetter": unicode.IsLetter, "IsLower": unicode.IsLower, "IsPunct": unicode.IsPunct,
		"IsSpace": unicode.IsSpace, "IsUpper": unicode.IsUpper, "ToLower": unicode.ToLower, "ToUpper": unicode.ToUpper,
	}),
	"unicode/utf8": values(map[string]any{
		"DecodeRuneInString": utf8.DecodeRuneInString, "RuneCountInString": utf8.RuneCountInString, "RuneLen": utf8.RuneLen,
		"ValidString": utf8.ValidString,
	}),
	"bytes": values(map[string]any{
		"Contains": bytes.Contains, "Count": bytes.Count, "Equal": bytes.Equal, "Fields": bytes.Fields, "Index": bytes.Index,
		"ToUpper": bytes.ToUpper, "TrimSpace": bytes.TrimSpace,
	}),
	"bufio": values(map[string]any{
		"Scanner": (*bufio.Scanner)(nil), "NewScanner": bufio.NewScanner, "ScanWords": bufio.ScanWords,
	}),
	"time": values(map[string]any{
		"Duration": (*time.Duration)(nil), "ParseDuration": time.ParseDuration,
		"Nanosecond": time.Nanosecond, "Microsecond": time.Microsecond, "Millisecond": time.Millisecond,
		"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour,
		"Time": (*time.Time)(nil), "After": time.After, "Now": time.Now, "Since": time.Since, "Sleep": time.Sleep,
	}),
	"sync": values(map[string]any{
		"Mutex": (*sync.Mutex)(nil), "Once": (*sync.Once)(nil), "RWMutex": (*sync.RWMutex)(nil), "WaitGroup": (*sync.WaitGroup)(nil),
	}),
	"sync/atomic": values(map[string]any{
		"AddInt32": atomic.AddInt32, "AddInt64": atomic.AddInt64, "LoadInt32": atomic.LoadInt32, "LoadInt64": atomic.LoadInt64,
		"StoreInt32": atomic.StoreInt32, "StoreInt64": atomic.StoreInt64, "Bool": (*atomic.Bool)(nil),
		"Int32": (*atomic.Int32)(nil), "Int64": (*atomic.Int64)(nil),
	}),
	"runtime": values(map[string]any{
		"GC": runtime.GC, "GOMAXPROCS": runtime.GOMAXPROCS, "Gosched": runtime.Gosched, "NumCPU": runtime.NumCPU, "NumGoroutine": runtime.NumGoroutine,
	}),
	"math/rand": values(map[string]any{
		"Float64": rand.Float64, "Int": rand.Int, "Intn": rand.Intn, "Perm": rand.Perm, "Shuffle": rand.Shuffle,
	}),
}

// unproven are packages, and members of others, that only programs which cannot
// be compiled may use: they have not been held against compiled Go.
var unproven = map[string]bool{
	"sync": true, "sync/atomic": true, "runtime": true, "math/rand": true,
	"errors.As": true, "errors.Join": true, "fmt.Stringer": true,
	"strings.FieldsFunc": true, "strings.IndexFunc": true, "strings.Map": true, "strings.TrimFunc": true,
	"time.After": true, "time.Now": true, "time.Since": true, "time.Sleep": true, "time.Time": true,
}

// values turns the members of one package into what the interpreter wants.
func values(of map[string]any) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for name, v := range of {
		value := reflect.ValueOf(v)
		if strings.HasPrefix(name, "Err") && value.Kind() == reflect.Pointer {
			value = value.Elem() // a variable of the package, not a copy of it
		}
		out[name] = value
	}
	return out
}

func number(kind token.Token, literal string) constant.Value {
	if literal[0] == '-' {
		return constant.UnaryOp(token.SUB, constant.MakeFromLiteral(literal[1:], kind, 0), 0)
	}
	return constant.MakeFromLiteral(literal, kind, 0)
}

// proven says whether an import, as it is written, is of a package that any
// program may use.
func proven(literal string) bool {
	at, err := strconv.Unquote(literal)
	return err == nil && symbols[at] != nil && !unproven[at]
}
