export class Init1620000000000 implements MigrationInterface {}
