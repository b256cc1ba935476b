exports.x = 1;
const T = 'executor_jobs';
module.exports = { T };
