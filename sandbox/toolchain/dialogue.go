package toolchain

import "context"

func (r *run) converse(ctx context.Context, stages []*stage) error { return errNotYet }
