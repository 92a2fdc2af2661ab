package crash

const closeNumber = 57
