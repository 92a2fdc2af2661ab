package crash

const closeNumber = 3
